import { once } from "node:events";
import { addAbortSignal, PassThrough } from "node:stream";
import { constants, crc32, createDeflateRaw, type DeflateRaw } from "node:zlib";
import { dataDescriptor, directory, localHeader, type ZipEntry } from "./zip-directory";

const bufferBytes = 256 * 1024;
const packedBytes = 64 * 1024;

/**
 * A zip that is written from its beginning to its end, one part after the other. Sums are zlib's and packing, at its fastest
 * level, is done beside the event loop; what waits to be read is bounded.
 */
export class ZipWriter {
  readonly out = new PassThrough({ highWaterMark: bufferBytes });
  readonly #entries: ZipEntry[] = [];
  readonly #at = new Date();
  #length = 0;

  /** @param signal told when nobody reads any more */
  constructor(readonly signal: AbortSignal) {}

  /** Begins a part; the one before must have ended. */
  async begin(path: string): Promise<ZipPart> {
    const entry = { path, crc32: 0, packed: 0, size: 0, offset: this.#length };
    await this.#put(localHeader(path, this.#at));
    return new ZipPart(entry, {
      put: (bytes) => this.#put(bytes),
      signal: this.signal,
      ended: () => this.#entries.push(entry),
    });
  }

  /** A whole part. */
  async add(path: string, bytes: Uint8Array): Promise<void> {
    const part = await this.begin(path);
    await part.write(bytes);
    await part.end();
  }

  async end(): Promise<void> {
    await this.#put(directory(this.#entries, this.#length, this.#at));
    this.out.end();
  }

  async #put(bytes: Buffer): Promise<void> {
    this.#length += bytes.length;
    if (!this.out.write(bytes)) await once(this.out, "drain", { signal: this.signal });
  }
}

interface PartOf {
  put(bytes: Buffer): Promise<void>;
  signal: AbortSignal;
  ended(): void;
}

export class ZipPart {
  readonly #deflate: DeflateRaw;
  readonly #drained: Promise<void>;

  constructor(
    readonly entry: ZipEntry,
    private readonly of: PartOf,
  ) {
    const deflate = createDeflateRaw({ level: constants.Z_BEST_SPEED, chunkSize: packedBytes });
    this.#deflate = addAbortSignal(of.signal, deflate);
    this.#drained = this.#drain();
    // Said again by whoever waits for it; a writer that is waiting for something else must not leave it unheard.
    this.#drained.catch(() => undefined);
  }

  /** Resolves when the bytes have been packed and may be used for something else. */
  async write(bytes: Uint8Array): Promise<void> {
    this.entry.crc32 = crc32(bytes, this.entry.crc32);
    this.entry.size += bytes.length;
    await new Promise<void>((resolve, reject) => {
      this.#deflate.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async end(): Promise<void> {
    this.#deflate.end();
    await this.#drained;
    await this.of.put(dataDescriptor(this.entry));
    this.of.ended();
  }

  async #drain(): Promise<void> {
    for await (const bytes of this.#deflate) {
      this.entry.packed += (bytes as Buffer).length;
      await this.of.put(bytes as Buffer);
    }
  }
}

/**
 * The bytes of a zip while it is written.
 * @param write puts the parts in and ends the zip; the zip's signal tells that nobody reads any more
 */
export async function* zipStream(write: (zip: ZipWriter) => Promise<void>): AsyncIterable<Uint8Array> {
  const stop = new AbortController();
  const zip = new ZipWriter(stop.signal);
  const written = write(zip).catch((error: unknown) => {
    zip.out.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of zip.out) yield chunk as Uint8Array;
  } finally {
    // Left early, nobody reads the zip any more: the writer would wait for it forever.
    stop.abort();
    await written;
  }
}
