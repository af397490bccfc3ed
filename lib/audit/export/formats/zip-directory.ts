/** The records of a zip (APPNOTE 6.3) that stand around the bytes of its parts. */

/** A part as the directory lists it. */
export interface ZipEntry {
  path: string;
  crc32: number;
  packed: number;
  size: number;
  /** Where its local header stands. */
  offset: number;
}

const largest32 = 0xffff_ffff;
const needs64 = (entry: ZipEntry) => entry.packed >= largest32 || entry.size >= largest32;
/** Sizes follow the part (bit 3), the path is UTF-8 (bit 11). */
const flags = 0x0808;
const deflated = 8;
/** A regular file that everybody may read, made on a Unix. */
const madeByUnix = 3 << 8;
const fileMode = (0o100644 << 16) >>> 0;

/** Values of 2, 4 and 8 bytes, little-endian. */
function packed(...values: [bytes: 2 | 4 | 8, value: number][]): Buffer {
  const out = Buffer.alloc(values.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of values) {
    if (bytes === 8) out.writeBigUInt64LE(BigInt(value), at);
    else out.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return out;
}

/** Date and time as DOS has them, in UTC, to two seconds. */
function dosTime(at: Date): [2 | 4 | 8, number][] {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [
    [2, time],
    [2, date],
  ];
}

export function localHeader(path: string, at: Date): Buffer {
  const name = Buffer.from(path);
  return Buffer.concat([
    packed([4, 0x04034b50], [2, 45], [2, flags], [2, deflated], ...dosTime(at)),
    packed([4, 0], [4, 0], [4, 0], [2, name.length], [2, 0]),
    name,
  ]);
}

/** What follows a part's bytes: its sum and sizes, in 8 bytes where 4 do not hold them. */
export function dataDescriptor(entry: ZipEntry): Buffer {
  const bytes = needs64(entry) ? 8 : 4;
  return packed([4, 0x08074b50], [4, entry.crc32], [bytes, entry.packed], [bytes, entry.size]);
}

function directoryEntry(entry: ZipEntry, at: Date): Buffer {
  const name = Buffer.from(entry.path);
  const is64 = needs64(entry) || entry.offset >= largest32;
  const extra = is64
    ? packed([2, 1], [2, 24], [8, entry.size], [8, entry.packed], [8, entry.offset])
    : Buffer.alloc(0);
  const in32 = (value: number): [4, number] => [4, is64 ? largest32 : value];
  return Buffer.concat([
    packed(
      [4, 0x02014b50],
      [2, madeByUnix | 45],
      [2, is64 ? 45 : 20],
      [2, flags],
      [2, deflated],
      ...dosTime(at),
    ),
    packed([4, entry.crc32], in32(entry.packed), in32(entry.size), [2, name.length], [2, extra.length]),
    packed([2, 0], [2, 0], [2, 0], [4, fileMode], in32(entry.offset)),
    name,
    extra,
  ]);
}

/** @param begins where the directory stands */
export function directory(entries: readonly ZipEntry[], begins: number, at: Date): Buffer {
  const listed = Buffer.concat(entries.map((entry) => directoryEntry(entry, at)));
  const count = entries.length;
  const ends = begins + listed.length;
  const is64 = begins >= largest32 || count >= 0xffff;
  const end64 = Buffer.concat([
    packed([4, 0x06064b50], [8, 44], [2, madeByUnix | 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
    packed([8, listed.length], [8, begins]),
    packed([4, 0x07064b50], [4, 0], [8, ends], [4, 1]),
  ]);
  const few = is64 ? 0xffff : count;
  return Buffer.concat([
    listed,
    ...(is64 ? [end64] : []),
    packed([4, 0x06054b50], [2, 0], [2, 0], [2, few], [2, few]),
    packed([4, is64 ? largest32 : listed.length], [4, is64 ? largest32 : begins], [2, 0]),
  ]);
}
