import { constants, deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import { SegmentIndexer } from "@/lib/platform/code/indexing/segment-indexer";
import { inflated, inflatedTogether } from "./inflate-together";

const texts = Array.from({ length: 60 }, (_, n) => `${n} é 👋\n`.repeat(n * 80)).concat(
  "",
  "x".repeat(900_000),
  "end",
);
const partsOf = (deflate: (text: string) => Buffer) =>
  texts.map((text, n) => ({ n, bytes: Buffer.byteLength(text), data: deflate(text) }));

it("parts have their text, in whichever order they are asked for", async () => {
  const indexed = (text: string) =>
    new SegmentIndexer().add(text, null, []).parts[0]?.content ?? Buffer.alloc(0);
  const lines = texts.map((text) => text.replaceAll("\n", " "));
  const parts = await inflatedTogether(
    lines.map((text) => ({ bytes: Buffer.byteLength(text), data: indexed(text) })),
  );
  // As one, or it would be right and slow.
  expect(inflated(Buffer.concat(lines.map(indexed))).toString()).toBe(lines.join(""));
  for (const n of lines.keys()) {
    const at = (n * 37) % lines.length;
    expect(parts[at]?.data.toString()).toBe(lines[at]);
  }
});

it("so have those of a version that marked the end of each, alone and among others", async () => {
  const old = partsOf((text) => deflateRawSync(text));
  const now = partsOf((text) => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH }));
  const mixed = now.map((part, n) => (n % 7 === 3 ? (old[n] ?? part) : part));
  for (const parts of [old, now, mixed]) {
    expect((await inflatedTogether(parts)).map(({ data }) => data.toString())).toEqual(texts);
    expect(parts.map(({ data }) => inflated(data).toString())).toEqual(texts);
  }
});

it("a part that is damaged is refused", async () => {
  const [a, b] = partsOf((text) => deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH })).slice(20);
  if (!a || !b) throw new Error("no parts");
  const parts = inflatedTogether([a, { ...b, data: Buffer.from("\xff\xff\xff", "latin1") }]);
  await expect(parts).rejects.toThrow();
  const short = inflatedTogether([a, { ...b, data: b.data.subarray(0, 40) }]);
  await expect(short).rejects.toThrow("a part of the code index is damaged");
  expect(() => inflated(b.data.subarray(0, 40), b.bytes)).toThrow("a part of the code index is damaged");
  const large = { bytes: 9 * 1024 * 1024, data: Buffer.from("\xff\xff\xff", "latin1") };
  const [alone] = await inflatedTogether([large]);
  expect(() => alone?.data).toThrow();
});
