import { crc32, deflateRawSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { directory, localHeader } from "@/lib/audit/export/formats/zip-directory";
import { nodePlatform } from "./node-platform";
import { readZip } from "./zip-reader";

const at = new Date("2026-11-22T03:04:05Z");
const text = Buffer.from("first");
const packed = deflateRawSync(text);
const name = "a.txt";
const ones = 0xffff_ffff;

const oddityOf = async (bytes: Uint8Array) => {
  const source = {
    size: bytes.length,
    read: async (from: number, length: number) => bytes.slice(from, from + length),
  };
  return (await readZip(source, nodePlatform)).oddity;
};

function field(id: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(content.length, 2);
  return Buffer.concat([head, content]);
}

function wide(...values: number[]): Buffer {
  const content = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) content.writeBigUInt64LE(BigInt(value), 8 * i);
  return field(1, content);
}

/** A part's second name, as programs that know Unicode Path take it. */
function otherName(): Buffer {
  const head = Buffer.alloc(5, 1);
  head.writeUInt32LE(crc32(name), 1);
  return field(0x7075, Buffer.concat([head, Buffer.from("b.txt")]));
}

interface Forged {
  /** Extra fields in front of the part. */
  own?: Buffer;
  /** The sizes in front of the part, of 32 bits: packed, unpacked. */
  sizes?: [number, number];
  /** Extra fields in the directory. */
  listed?: Buffer;
  /** The directory leaves the unpacked size to its field of 64 bits. */
  listsWide?: boolean;
}

/** A zip of one part, its sizes in front of it. */
function zipOf({ own, sizes = [packed.length, text.length], listed, listsWide }: Forged = {}): Buffer {
  const front = localHeader(name, at);
  front.writeUInt16LE(0, 6);
  front.writeUInt32LE(crc32(text), 14);
  front.writeUInt32LE(sizes[0], 18);
  front.writeUInt32LE(sizes[1], 22);
  front.writeUInt16LE(own?.length ?? 0, 28);
  const begins = front.length + (own?.length ?? 0) + packed.length;
  const entry = { path: name, crc32: crc32(text), packed: packed.length, size: text.length, offset: 0 };
  const behind = directory([entry], begins, at);
  behind.writeUInt16LE(0, 8);
  behind.writeUInt16LE(listed?.length ?? 0, 30);
  if (listsWide) behind.writeUInt32LE(ones, 24);
  const [list, end] = [behind.subarray(0, -22), behind.subarray(-22)];
  end.writeUInt32LE(list.length + (listed?.length ?? 0), 12);
  return Buffer.concat([front, own ?? Buffer.alloc(0), packed, list, listed ?? Buffer.alloc(0), end]);
}

/** With the end and the record of 64 bits that a long zip has. */
function zip64Of(
  change: (record: Buffer, locator: Buffer, end: Buffer) => Buffer[] = (...all) => all,
): Buffer {
  const plain = zipOf();
  const end = Buffer.from(plain.subarray(-22));
  const list = end.readUInt32LE(16);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(1n, 24);
  record.writeBigUInt64LE(1n, 32);
  record.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(list), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(plain.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  end.fill(0xff, 8, 20);
  return Buffer.concat([plain.subarray(0, -22), ...change(record, locator, end)]);
}

const times = field(0x5455, Buffer.alloc(5, 1));

describe("nothing is odd about", () => {
  it.each<[string, () => Uint8Array]>([
    ["a zip of usual programs", () => zipSync({ a: text, b: strToU8("second") })],
    ["sizes in front of a part", () => zipOf()],
    [
      "times and owners",
      () => zipOf({ own: Buffer.concat([times, field(0x7875, Buffer.alloc(11))]), listed: times }),
    ],
    ["sizes of 64 bits", () => zipOf({ own: wide(text.length, packed.length), sizes: [ones, ones] })],
    ["one size of 64 bits in the directory", () => zipOf({ listsWide: true, listed: wide(text.length) })],
    ["a directory of 64 bits", () => zip64Of()],
  ])("%s", async (_what, made) => {
    expect(await oddityOf(made())).toBeNull();
  });
});

const ownHeader = /^an entry's own header is not/;
const listing = /^its directory says more of an entry/;
const place = /^its directory is not where its end says/;

describe("what other programs may read otherwise is named", () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    ["a second name in front of a part", () => zipOf({ own: otherName() }), ownHeader],
    ["a second name in the directory", () => zipOf({ listed: otherName() }), listing],
    ["a smaller size of 64 bits in front of a part", () => zipOf({ own: wide(2, 4) }), ownHeader],
    [
      "one that 32 bits ask for",
      () => zipOf({ own: wide(2, packed.length), sizes: [packed.length, ones] }),
      ownHeader,
    ],
    ["one of two sizes", () => zipOf({ own: wide(text.length), sizes: [packed.length, ones] }), ownHeader],
    ["sizes left to a field that is missing", () => zipOf({ sizes: [ones, ones] }), ownHeader],
    ["a field that stands there twice", () => zipOf({ own: Buffer.concat([times, times]) }), ownHeader],
    ["a field that is cut off", () => zipOf({ own: times.subarray(0, -1) }), ownHeader],
    ["the begin of a field", () => zipOf({ listed: Buffer.alloc(3) }), listing],
    ["a size that the directory leaves to nothing", () => zipOf({ listsWide: true }), listing],
    ["a size of 64 bits that nothing asks for", () => zipOf({ listed: wide(4) }), listing],
    ["a longer record of 64 bits", () => zip64Of(longer), place],
    ["another count beside it, for old programs", () => zip64Of(narrower), place],
    ["a second end in the comment", withComment, /^a comment stands behind its end/],
  ])("%s", async (_what, made, says) => {
    expect(await oddityOf(made())).toMatch(says);
  });
});

/** Room for another directory behind the record, within the length that it gives itself. */
function longer(record: Buffer, locator: Buffer, end: Buffer): Buffer[] {
  record.writeBigUInt64LE(44n + 60n, 4);
  return [record, Buffer.alloc(60), locator, end];
}

function narrower(record: Buffer, locator: Buffer, end: Buffer): Buffer[] {
  end.writeUInt32LE(7, 16);
  return [record, locator, end];
}

function withComment(): Buffer {
  const plain = zipOf();
  const inner = Buffer.concat([plain.subarray(-22), Buffer.from("!")]);
  const out = Buffer.concat([plain, inner]);
  out.writeUInt16LE(inner.length, plain.length - 2);
  return out;
}
