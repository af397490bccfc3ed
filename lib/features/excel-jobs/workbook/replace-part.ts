import { crc32, deflateRawSync } from "node:zlib";
import { damaged } from "@/lib/platform/office/office-parts";

// Offsets within the records of a ZIP archive (APPNOTE 6.3.10, 4.3 and 4.5.3).
const local = {
  sign: 0x04034b50,
  flags: 6,
  method: 8,
  crc: 14,
  packed: 18,
  size: 22,
  name: 26,
  extra: 28,
  fixed: 30,
};
const central = {
  ...{ sign: 0x02014b50, flags: 8, method: 10, crc: 16, packed: 20, size: 24 },
  ...{ name: 28, extra: 30, comment: 32, offset: 42, fixed: 46 },
};
const end = { sign: 0x06054b50, count: 10, directory: 16, comment: 20, fixed: 22 };
const locator = { sign: 0x07064b50, record: 8, fixed: 20 };
const end64 = { sign: 0x06064b50, count: 32, directory: 48 };

/** In a field of 4 bytes: the value stands in the extra field, in 8. */
const elsewhere = 0xffff_ffff;
const extra64 = 0x0001;
const deflated = 8;
/** Sum and sizes follow the bytes of the part. */
const sizesFollow = 0x0008;

interface Entry {
  /** Of its record in the directory. */
  at: number;
  name: string;
  /** Of its local header. */
  offset: number;
  packed: number;
}

/**
 * The archive with the content of one part replaced. Every other byte stays what it was, but for what says where things
 * stand: the offsets of parts behind it, and its own sums and sizes.
 * @param file a ZIP archive that was read before, without a damaged or doubled part
 * @throws Unreadable when the part is not where the directory says
 */
export function replacePart(file: Buffer, name: string, content: Uint8Array): Buffer {
  try {
    return replaced(file, name, content);
  } catch (error) {
    // A field that leads out of the file.
    throw error instanceof RangeError ? damaged() : error;
  }
}

function replaced(file: Buffer, name: string, content: Uint8Array): Buffer {
  const directory = directoryOf(file);
  const part = directory.entries.find((entry) => entry.name === name);
  if (!part) throw damaged();
  const next = directory.entries
    .map((entry) => entry.offset)
    .filter((offset) => offset > part.offset)
    .reduce((a, b) => Math.min(a, b), directory.start);
  const header = localHeader(file, part, next);
  const packed = deflateRawSync(content);
  const facts = { crc: crc32(content), packed: packed.length, size: content.length };
  describe(header, local, facts);
  const grown = header.length + packed.length - (next - part.offset);
  const tail = Buffer.from(file.subarray(directory.start));
  for (const entry of directory.entries) {
    const record = tail.subarray(entry.at - directory.start);
    if (entry === part) describe(record, central, facts);
    if (entry.offset > part.offset) setOffset(record, entry.offset + grown);
  }
  moveDirectory(tail, directory, grown);
  return Buffer.concat([
    file.subarray(0, part.offset),
    header,
    packed,
    file.subarray(next, directory.start),
    tail,
  ]);
}

interface Directory {
  start: number;
  entries: Entry[];
  /** Of the record at the end of the archive. */
  endAt: number;
  /** Of the record with 8 bytes a number; null for none. */
  end64At: number | null;
}

function directoryOf(file: Buffer): Directory {
  let endAt = file.length - end.fixed;
  while (endAt >= 0 && file.readUInt32LE(endAt) !== end.sign) endAt -= 1;
  if (endAt < 0 || file.readUInt16LE(endAt + end.comment) !== file.length - endAt - end.fixed)
    throw damaged();
  const locatorAt = endAt - locator.fixed;
  const is64 = locatorAt >= 0 && file.readUInt32LE(locatorAt) === locator.sign;
  const end64At = is64 ? Number(file.readBigUInt64LE(locatorAt + locator.record)) : null;
  if (end64At !== null && file.readUInt32LE(end64At) !== end64.sign) throw damaged();
  const numberOf = (at64: number, at: number, bytes: 2 | 4) =>
    end64At === null ? file.readUIntLE(endAt + at, bytes) : Number(file.readBigUInt64LE(end64At + at64));
  const start = numberOf(end64.directory, end.directory, 4);
  const entries: Entry[] = [];
  let at = start;
  for (let left = numberOf(end64.count, end.count, 2); left > 0; left--) {
    if (file.readUInt32LE(at) !== central.sign) throw damaged();
    const record = file.subarray(at);
    const lengths = [central.name, central.extra, central.comment].map((field) => record.readUInt16LE(field));
    const [nameLength = 0] = lengths;
    entries.push({
      at,
      name: record.toString("utf8", central.fixed, central.fixed + nameLength),
      offset: numberIn(record, central.offset),
      packed: numberIn(record, central.packed),
    });
    at += lengths.reduce((sum, length) => sum + length, central.fixed);
  }
  if (new Set(entries.map((entry) => entry.offset)).size !== entries.length) throw damaged();
  return { start, entries, endAt, end64At };
}

/** A header of its own for the part, whose sizes stand in it and not behind the part. */
function localHeader(file: Buffer, part: Entry, next: number): Buffer {
  const header = file.subarray(part.offset);
  if (header.readUInt32LE(0) !== local.sign) throw damaged();
  const extraAt = local.fixed + header.readUInt16LE(local.name);
  const dataAt = extraAt + header.readUInt16LE(local.extra);
  if (part.offset + dataAt + part.packed > next) throw damaged();
  const extras = extrasOf(header.subarray(extraAt, dataAt)).filter(({ id }) => id !== extra64);
  const extra = Buffer.concat(
    extras.map(({ at, length }) => header.subarray(extraAt + at, extraAt + at + 4 + length)),
  );
  const made = Buffer.concat([header.subarray(0, extraAt), extra]);
  made.writeUInt16LE(extra.length, local.extra);
  return made;
}

/** Writes what the new content is into a header or a record of the directory. */
function describe(
  record: Buffer,
  fields: { flags: number; method: number; crc: number; packed: number; size: number },
  facts: { crc: number; packed: number; size: number },
): void {
  record.writeUInt16LE(record.readUInt16LE(fields.flags) & ~sizesFollow, fields.flags);
  record.writeUInt16LE(deflated, fields.method);
  record.writeUInt32LE(facts.crc, fields.crc);
  for (const field of ["packed", "size"] as const) {
    const at64 = fields === central ? placeOf64(record, central[field]) : null;
    if (at64 === null) record.writeUInt32LE(facts[field], fields[field]);
    else record.writeBigUInt64LE(BigInt(facts[field]), at64);
  }
}

function setOffset(record: Buffer, offset: number): void {
  const at64 = placeOf64(record, central.offset);
  if (at64 === null) record.writeUInt32LE(offset, central.offset);
  else record.writeBigUInt64LE(BigInt(offset), at64);
}

function numberIn(record: Buffer, field: number): number {
  const at64 = placeOf64(record, field);
  return at64 === null ? record.readUInt32LE(field) : Number(record.readBigUInt64LE(at64));
}

/** Where the extra field of a record of the directory has a number of 8 bytes; null where the usual field has it. */
function placeOf64(record: Buffer, field: number): number | null {
  if (record.readUInt32LE(field) !== elsewhere) return null;
  const extraAt = central.fixed + record.readUInt16LE(central.name);
  const extras = extrasOf(record.subarray(extraAt, extraAt + record.readUInt16LE(central.extra)));
  const found = extras.find(({ id }) => id === extra64);
  // Only those are there whose usual field is full, in this order.
  const before = [central.size, central.packed, central.offset]
    .filter((other) => record.readUInt32LE(other) === elsewhere)
    .indexOf(field);
  if (!found || found.length < (before + 1) * 8) throw damaged();
  return extraAt + found.at + 4 + before * 8;
}

function extrasOf(extra: Buffer): { id: number; at: number; length: number }[] {
  const found = [];
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    found.push({ id: extra.readUInt16LE(at), at, length });
    at += 4 + length;
  }
  return found;
}

function moveDirectory(tail: Buffer, { start, endAt, end64At }: Directory, grown: number): void {
  const at = endAt - start;
  if (tail.readUInt32LE(at + end.directory) !== elsewhere)
    tail.writeUInt32LE(start + grown, at + end.directory);
  if (end64At === null) return;
  tail.writeBigUInt64LE(BigInt(end64At + grown), at - locator.fixed + locator.record);
  tail.writeBigUInt64LE(BigInt(start + grown), end64At - start + end64.directory);
}
