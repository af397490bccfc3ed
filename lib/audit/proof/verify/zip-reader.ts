import { NotChecked } from "./not-checked";
import type { VerifierPlatform } from "./platform";
import { readExtras } from "./zip-extras";
import { layoutOddity } from "./zip-layout";

/** Bytes that can be read anywhere: a file on disk, or one that was dropped on a page. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface ZipEntry {
  readonly name: string;
  /** Unpacked, as the archive says. */
  readonly bytes: number;
  /** Its content from the beginning; throws where the archive is damaged. */
  open(): AsyncIterable<Uint8Array>;
}

export interface Zip {
  entries: ZipEntry[];
  /** Why other programs may read the archive otherwise than its directory, in words; null when they do not. */
  oddity: string | null;
}

const chunkBytes = 1 << 18;
const endBytes = 22;
const longestComment = 0xffff;
const mostEntries = 10_000;
const elsewhere = "its directory is not where its end says";
const commented = "a comment stands behind its end, in which some programs look for another end";

/**
 * Lists a zip by its central directory (APPNOTE 6.3, zip64 included), so that nothing is unpacked that is not asked for.
 * @throws NotChecked when it is no zip, or one that is encrypted or packed in another way than DEFLATE
 */
export async function readZip(source: ByteSource, platform: VerifierPlatform): Promise<Zip> {
  const { entries, offset, length, ends, oddity } = await findDirectory(source);
  if (entries > mostEntries || offset + length > source.size) throw notOurs();
  const directory = view(await source.read(offset, length));
  const headers: Header[] = [];
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50) throw notOurs();
    const header = readHeader(directory, at);
    at = header.end;
    headers.push(header);
  }
  const listed = headers.map((header) => ({ ...header, name: header.nameBytes }));
  const isWhole = at === length && offset + length === ends;
  return {
    entries: headers.map((header) => ({
      name: header.name,
      bytes: header.size,
      open: () => open(source, platform, header),
    })),
    oddity:
      oddity ??
      (isWhole
        ? await layoutOddity(listed, offset, (from, bytes) =>
            source.read(from, Math.max(0, Math.min(bytes, source.size - from))),
          )
        : elsewhere),
  };
}

interface Header {
  name: string;
  nameBytes: Uint8Array;
  flags: number;
  method: number;
  packed: number;
  size: number;
  offset: number;
  end: number;
  isPlain: boolean;
}

function readHeader(directory: DataView, at: number): Header {
  const nameBytes = directory.getUint16(at + 28, true);
  const extraBytes = directory.getUint16(at + 30, true);
  const end = at + 46 + nameBytes + extraBytes + directory.getUint16(at + 32, true);
  if (end > directory.byteLength) throw notOurs();
  const name = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameBytes);
  const header: Header = {
    name: new TextDecoder().decode(name),
    nameBytes: name,
    flags: directory.getUint16(at + 8, true),
    method: directory.getUint16(at + 10, true),
    packed: directory.getUint32(at + 20, true),
    size: directory.getUint32(at + 24, true),
    offset: directory.getUint32(at + 42, true),
    end,
    isPlain: true,
  };
  const extras = new DataView(directory.buffer, directory.byteOffset + at + 46 + nameBytes, extraBytes);
  widen(header, readExtras(extras));
  return header;
}

/** Takes the 64-bit values from the extra field where the 32-bit ones are all ones; there must be as many. */
function widen(header: Header, wide: bigint[] | null): void {
  const asked = (["size", "packed", "offset"] as const).filter((field) => header[field] === 0xffffffff);
  header.isPlain = wide !== null && wide.length === asked.length;
  for (const [i, field] of asked.entries()) header[field] = Number(wide?.[i] ?? header[field]);
}

async function* open(
  source: ByteSource,
  platform: VerifierPlatform,
  header: Header,
): AsyncGenerator<Uint8Array> {
  if (header.flags & 1) throw new NotChecked("The zip is encrypted.");
  if (header.method !== 0 && header.method !== 8)
    throw new NotChecked("The zip is packed in a way that this verifier does not know.");
  const local = view(await source.read(header.offset, 30));
  if (local.byteLength < 30 || local.getUint32(0, true) !== 0x04034b50) throw new Error("a damaged zip");
  const start = header.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = chunksOf(source, start, header.packed);
  yield* header.method === 0 ? packed : platform.inflateRaw(packed);
}

async function* chunksOf(source: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  if (start + length > source.size) throw new Error("a damaged zip");
  for (let at = 0; at < length; at += chunkBytes)
    yield await source.read(start + at, Math.min(chunkBytes, length - at));
}

interface Directory {
  entries: number;
  offset: number;
  length: number;
  /** Where what follows it begins. */
  ends: number;
  /** Why other programs may take another directory for it. */
  oddity: string | null;
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const from = Math.max(0, source.size - endBytes - longestComment - 20);
  const tail = view(await source.read(from, source.size - from));
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    // To the very end of the file: in a comment there could be another end, which other programs would not take.
    const isEnd = at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength;
    if (tail.getUint32(at, true) !== 0x06054b50 || !isEnd) continue;
    const oddity = at === tail.byteLength - endBytes ? null : commented;
    const end = {
      entries: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const isOne = tail.getUint32(at + 4, true) === 0 && tail.getUint16(at + 8, true) === end.entries;
    const found =
      end.entries !== 0xffff && end.length !== 0xffffffff && end.offset !== 0xffffffff
        ? { ...end, ends: from + at, oddity: isLocator(tail, at) ? elsewhere : null }
        : await findWideDirectory(source, tail, at, from, end);
    return { ...found, oddity: oddity ?? found.oddity ?? (isOne ? null : elsewhere) };
  }
  throw notOurs();
}

/** Whether the record that leads to a zip64 directory stands in front of the end. */
function isLocator(tail: DataView, end: number): boolean {
  return end >= 20 && tail.getUint32(end - 20, true) === 0x07064b50;
}

/**
 * @param from where `tail` begins in the file
 * @param narrow what the end itself says, for programs that know no zip64
 */
async function findWideDirectory(
  source: ByteSource,
  tail: DataView,
  end: number,
  from: number,
  narrow: Pick<Directory, "entries" | "length" | "offset">,
): Promise<Directory> {
  if (!isLocator(tail, end)) throw notOurs();
  const at = Number(tail.getBigUint64(end - 12, true));
  if (at + 56 > source.size) throw notOurs();
  const record = view(await source.read(at, 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw notOurs();
  const wide = {
    entries: Number(record.getBigUint64(32, true)),
    length: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
  const isPlain =
    // Longer, it could hold another directory. Ours ends where the record that leads to it begins.
    record.getBigUint64(4, true) === 44n &&
    at + 56 === from + end - 20 &&
    record.getBigUint64(16, true) === 0n &&
    record.getBigUint64(24, true) === BigInt(wide.entries) &&
    [0xffff, wide.entries].includes(narrow.entries) &&
    [0xffffffff, wide.length].includes(narrow.length) &&
    [0xffffffff, wide.offset].includes(narrow.offset);
  return { ...wide, ends: at, oddity: isPlain ? null : elsewhere };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notOurs(): NotChecked {
  return new NotChecked("This is no zip, or a damaged one.");
}
