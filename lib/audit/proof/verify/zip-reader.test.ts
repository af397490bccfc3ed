import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { nodePlatform } from "./node-platform";
import { readZip } from "./zip-reader";

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (offset: number, length: number) => bytes.slice(offset, offset + length),
});
const names = async (bytes: Uint8Array) =>
  (await readZip(sourceOf(bytes), nodePlatform)).entries.map(({ name }) => name);

it("takes the end of the archive that every other program takes", async () => {
  const zip = zipSync({ "a.txt": strToU8("first"), "b.txt": strToU8("second") });
  expect(await names(zip)).toEqual(["a.txt", "b.txt"]);
  // The end of an archive without entries, in the comment of the true one.
  const inner = new Uint8Array(22);
  new DataView(inner.buffer).setUint32(0, 0x06054b50, true);
  const comment = new Uint8Array([...inner, 33]);
  const commented = new Uint8Array([...zip, ...comment]);
  new DataView(commented.buffer).setUint16(zip.length - 2, comment.length, true);
  expect(await names(commented)).toEqual(["a.txt", "b.txt"]);
  await expect(names(new Uint8Array([...zip, 0]))).rejects.toThrow(/no zip, or a damaged one/);
});
