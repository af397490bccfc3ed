import { NotChecked } from "./not-checked";
import type { VerifierPlatform } from "./platform";

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

const chunkBytes = 1 << 18;
const endBytes = 22;
const longestComment = 0xffff;
const mostEntries = 10_000;

/**
 * Lists a zip by its central directory (APPNOTE 6.3, zip64 included), so that nothing is unpacked that is not asked for.
 * @throws NotChecked when it is no zip, or one that is encrypted or packed in another way than DEFLATE
 */
export async function readZip(source: ByteSource, platform: VerifierPlatform): Promise<ZipEntry[]> {
  const { entries, offset, length } = await findDirectory(source);
  if (entries > mostEntries || offset + length > source.size) throw notOurs();
  const directory = view(await source.read(offset, length));
  const list: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50) throw notOurs();
    const header = readHeader(directory, at);
    at = header.end;
    list.push({ name: header.name, bytes: header.size, open: () => open(source, platform, header) });
  }
  return list;
}

interface Header {
  name: string;
  flags: number;
  method: number;
  packed: number;
  size: number;
  offset: number;
  end: number;
}

function readHeader(directory: DataView, at: number): Header {
  const nameBytes = directory.getUint16(at + 28, true);
  const extraBytes = directory.getUint16(at + 30, true);
  const end = at + 46 + nameBytes + extraBytes + directory.getUint16(at + 32, true);
  if (end > directory.byteLength) throw notOurs();
  const name = new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameBytes);
  const header: Header = {
    name: new TextDecoder().decode(name),
    flags: directory.getUint16(at + 8, true),
    method: directory.getUint16(at + 10, true),
    packed: directory.getUint32(at + 20, true),
    size: directory.getUint32(at + 24, true),
    offset: directory.getUint32(at + 42, true),
    end,
  };
  widen(directory, at + 46 + nameBytes, extraBytes, header);
  return header;
}

/** Takes the 64-bit values from the extra field where the 32-bit ones are all ones. */
function widen(directory: DataView, from: number, bytes: number, header: Header): void {
  for (let at = from; at + 4 <= from + bytes; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    for (const field of ["size", "packed", "offset"] as const) {
      if (header[field] !== 0xffffffff) continue;
      if (value + 8 > directory.byteLength) throw notOurs();
      header[field] = Number(directory.getBigUint64(value, true));
      value += 8;
    }
  }
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

async function findDirectory(
  source: ByteSource,
): Promise<{ entries: number; offset: number; length: number }> {
  const from = Math.max(0, source.size - endBytes - longestComment - 20);
  const tail = view(await source.read(from, source.size - from));
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    // To the very end of the file: in a comment there could be another end, which other programs would not take.
    const isEnd = at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength;
    if (tail.getUint32(at, true) !== 0x06054b50 || !isEnd) continue;
    const entries = tail.getUint16(at + 10, true);
    const length = tail.getUint32(at + 12, true);
    const offset = tail.getUint32(at + 16, true);
    if (entries !== 0xffff && length !== 0xffffffff && offset !== 0xffffffff)
      return { entries, offset, length };
    return findWideDirectory(source, tail, at);
  }
  throw notOurs();
}

async function findWideDirectory(
  source: ByteSource,
  tail: DataView,
  end: number,
): Promise<{ entries: number; offset: number; length: number }> {
  if (end < 20 || tail.getUint32(end - 20, true) !== 0x07064b50) throw notOurs();
  const at = Number(tail.getBigUint64(end - 12, true));
  if (at + 56 > source.size) throw notOurs();
  const record = view(await source.read(at, 56));
  if (record.getUint32(0, true) !== 0x06064b50) throw notOurs();
  return {
    entries: Number(record.getBigUint64(32, true)),
    length: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function notOurs(): NotChecked {
  return new NotChecked("This is no zip, or a damaged one.");
}
