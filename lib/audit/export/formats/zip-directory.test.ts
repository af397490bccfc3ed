import { describe, expect, it } from "vitest";
import { dataDescriptor, directory, type ZipEntry } from "./zip-directory";

const gib = 1024 ** 3;
const entry = (more: Partial<ZipEntry>): ZipEntry => ({
  path: "xl/über.xml",
  crc32: 0xfedcba98,
  packed: 10,
  size: 20,
  offset: 30,
  ...more,
});

/** What a reader of the directory finds, by APPNOTE 4.3.12 to 4.3.16 and 4.5.3. */
function readDirectory(bytes: Buffer, begins: number) {
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const found = {
    count: bytes.readUInt16LE(end + 10),
    length: bytes.readUInt32LE(end + 12),
    at: bytes.readUInt32LE(end + 16),
    is64: false,
  };
  if (found.at === 0xffff_ffff) {
    expect(bytes.readUInt32LE(end - 20)).toBe(0x07064b50);
    const at64 = Number(bytes.readBigUInt64LE(end - 12)) - begins;
    expect(bytes.readUInt32LE(at64)).toBe(0x06064b50);
    found.is64 = true;
    found.count = Number(bytes.readBigUInt64LE(at64 + 32));
    found.length = Number(bytes.readBigUInt64LE(at64 + 40));
    found.at = Number(bytes.readBigUInt64LE(at64 + 48));
  }
  const parts: ZipEntry[] = [];
  for (let at = 0; at < found.length; ) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
    const [nameLength, extraLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)];
    const nameEnd = at + 46 + nameLength;
    const in64 = (i: number) => Number(bytes.readBigUInt64LE(nameEnd + 4 + i * 8));
    const in32 = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    const [size = 0, packed = 0, offset = 0] = extraLength > 0 ? [in64(0), in64(1), in64(2)] : in32;
    const path = bytes.toString("utf8", at + 46, nameEnd);
    parts.push({ path, crc32: bytes.readUInt32LE(at + 16), packed, size, offset });
    at = nameEnd + extraLength;
  }
  return { ...found, parts };
}

describe("the directory of a zip", () => {
  it.each([
    ["small", [entry({}), entry({ path: "b", offset: 60 })], 100, false],
    ["with a part of more than 4 GiB", [entry({ size: 5 * gib, packed: 2 * gib })], 3 * gib, false],
    ["that goes on behind 4 GiB", [entry({}), entry({ path: "b", offset: 6 * gib })], 7 * gib, true],
  ])("says where each part stands: %s", (_, parts, begins, is64) => {
    const found = readDirectory(directory(parts, begins, new Date("2026-11-22T03:04:05Z")), begins);
    expect(found).toMatchObject({ at: begins, count: parts.length, is64, parts });
  });

  it("follows a part with sizes of 8 bytes where 4 do not hold them", () => {
    expect(dataDescriptor(entry({}))).toHaveLength(16);
    const large = dataDescriptor(entry({ size: 5 * gib }));
    expect(large).toHaveLength(24);
    expect(Number(large.readBigUInt64LE(16))).toBe(5 * gib);
    expect(large.readUInt32LE(4)).toBe(0xfedcba98);
  });
});
