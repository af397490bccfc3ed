import { StartError } from "../serve/start-error";

const block = 512;
/** End mark and padding of a tar: we write two blocks, other programs up to 10 KiB. */
const largestPaddingBytes = 64 * 1024;

export interface TarFile {
  name: string;
  content: Buffer;
}

/** @throws always */
export function refuseFile(why: string): never {
  throw new StartError(`This is no usable backup: ${why}.`);
}

/**
 * Reads the plain files of a tar, one at a time. Only what our own writer makes is understood: names of at most 100
 * characters, no links, folders or extended headers. So no name or size in a foreign file can make us write, allocate or
 * inflate more than one entry.
 * @param largestBytes the largest entry allowed
 * @throws StartError for anything else
 */
export async function* readTar(
  source: AsyncIterable<Buffer>,
  largestBytes: number,
): AsyncGenerator<TarFile, void, undefined> {
  const bytes = new ByteReader(source);
  for (;;) {
    const header = await bytes.take(block);
    if (header === undefined) refuseFile("it is cut short");
    if (header.every((byte) => byte === 0)) break;
    const { name, size } = parseHeader(header);
    if (size > largestBytes) refuseFile(`an entry of it is too large (${size} bytes)`);
    const content = await bytes.take(size);
    const padding = await bytes.take((block - (size % block)) % block);
    if (content === undefined || padding === undefined) refuseFile("it is cut short");
    yield { name, content };
  }
  let after = 0;
  for (let rest = await bytes.takeSome(); rest !== undefined; rest = await bytes.takeSome()) {
    after += rest.length;
    if (after > largestPaddingBytes || rest.some((byte) => byte !== 0))
      refuseFile("something follows its end");
  }
}

/** A header of the ustar format (POSIX.1-1988). */
function parseHeader(header: Buffer): { name: string; size: number } {
  const text = (from: number, length: number): string => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return field.subarray(0, end < 0 ? length : end).toString("latin1");
  };
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  };
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (text(257, 5) !== "ustar" || octal(148, 8) !== sum)
    refuseFile("it is damaged, or not a backup of Gurulog");
  const size = octal(124, 12);
  if (text(156, 1) !== "0" || text(157, 100) !== "" || text(345, 155) !== "" || Number.isNaN(size))
    refuseFile("it holds something other than plain files");
  return { name: text(0, 100), size };
}

/** Bytes of a stream in pieces of the size asked for. */
class ByteReader {
  private readonly iterator: AsyncIterator<Buffer>;
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(source: AsyncIterable<Buffer>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined when the stream ends before. */
  async take(length: number): Promise<Buffer | undefined> {
    while (this.heldBytes < length) {
      const next = await this.iterator.next();
      if (next.done) return undefined;
      this.held.push(next.value);
      this.heldBytes += next.value.length;
    }
    const all =
      this.held.length === 1 && this.held[0] ? this.held[0] : Buffer.concat(this.held, this.heldBytes);
    this.held = [all.subarray(length)];
    this.heldBytes -= length;
    return all.subarray(0, length);
  }

  /** What comes next, in whatever size; undefined at the end. */
  async takeSome(): Promise<Buffer | undefined> {
    if (this.heldBytes > 0) return this.take(this.heldBytes);
    const next = await this.iterator.next();
    return next.done ? undefined : next.value;
  }
}
