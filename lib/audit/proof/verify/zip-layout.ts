import { readExtras } from "./zip-extras";

/** An entry as the directory of a zip lists it. */
export interface ListedEntry {
  name: Uint8Array;
  flags: number;
  method: number;
  packed: number;
  size: number;
  /** Where its own header stands. */
  offset: number;
  /** False where the directory's extra fields name or measure it otherwise for some programs. */
  isPlain: boolean;
}

const headerBytes = 30;
const allOnes = 0xffffffff;
/** Bits of the flags that change how an entry is read: encrypted, sizes behind the content, name in UTF-8. */
const flagsThatCount = 0b1000_0000_1001;
const sizesFollow = 0b1000;
/** What may follow the content then: sum and sizes, of 4 or 8 bytes, with a signature or without. */
const descriptorBytes = [12, 16, 20, 24];

/**
 * Looks for what a program that reads a zip from its beginning, entry by entry, would find otherwise than its directory
 * says: another name or size, bytes that no entry owns. What is verified must be what is unpacked, whatever unpacks it.
 *
 * @param read bytes at a place, fewer at the end of the file
 * @param directory where the directory begins: what the entries must reach, without a gap
 * @returns what is odd, in words; null for nothing
 */
export async function layoutOddity(
  entries: readonly ListedEntry[],
  directory: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<string | null> {
  if (entries.some((entry) => !entry.isPlain))
    return "its directory says more of an entry than one name and size";
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
  let at = 0;
  for (const [i, entry] of inOrder.entries()) {
    if (entry.offset !== at) return "it holds bytes that its directory does not list";
    const own = await readOwn(entry, read);
    if (own === null) return "an entry's own header is not what its directory says";
    const follows = inOrder[i + 1]?.offset ?? directory;
    const rest = follows - own.ends;
    const fits = own.sizesFollow ? descriptorBytes.includes(rest) : rest === 0;
    if (!fits) return "it holds bytes that its directory does not list";
    at = follows;
  }
  return at === directory ? null : "it holds bytes that its directory does not list";
}

/** The header in front of an entry's content; null where it tells something else than the directory. */
async function readOwn(
  entry: ListedEntry,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<{ ends: number; sizesFollow: boolean } | null> {
  const bytes = await read(entry.offset, headerBytes + entry.name.length);
  if (bytes.length < headerBytes + entry.name.length) return null;
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = header.getUint16(6, true);
  const follow = (flags & sizesFollow) !== 0;
  const extraBytes = header.getUint16(28, true);
  const wide = await readOwnExtras(entry.offset + headerBytes + entry.name.length, extraBytes, read);
  if (wide === null) return null;
  // Whoever reads from the beginning may take the 64 bits even where the 32 do not ask for them.
  if (wide.length > 0 && !(wide.length === 2 && isEqual(wide, [entry.size, entry.packed]))) return null;
  const saysSo = (value: number, listed: number) =>
    value === allOnes ? wide.length > 0 : value === listed || (follow && value === 0);
  const isSame =
    header.getUint32(0, true) === 0x04034b50 &&
    ((flags ^ entry.flags) & flagsThatCount) === 0 &&
    header.getUint16(8, true) === entry.method &&
    // Where a content that is not packed ends, nobody could tell.
    !(follow && entry.method === 0) &&
    saysSo(header.getUint32(18, true), entry.packed) &&
    saysSo(header.getUint32(22, true), entry.size) &&
    header.getUint16(26, true) === entry.name.length &&
    entry.name.every((byte, i) => bytes[headerBytes + i] === byte);
  if (!isSame) return null;
  const content = entry.offset + headerBytes + entry.name.length + extraBytes;
  return { ends: content + entry.packed, sizesFollow: follow };
}

async function readOwnExtras(
  from: number,
  length: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<bigint[] | null> {
  const bytes = await read(from, length);
  if (bytes.length < length) return null;
  return readExtras(new DataView(bytes.buffer, bytes.byteOffset, length));
}

function isEqual(wide: readonly bigint[], listed: readonly number[]): boolean {
  return wide.every((value, i) => value === BigInt(listed[i] ?? -1));
}
