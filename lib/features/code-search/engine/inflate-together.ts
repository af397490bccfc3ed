import "server-only";
import { constants, inflateRawSync } from "node:zlib";

/** Text that is inflated at once. */
const togetherBytes = 128 * 1024;
/** What a part may inflate to; the indexer makes none that is larger. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Inflates what was deflated raw, whether or not its end is marked.
 * @param bytes of the text, where they are known
 * @throws Error when it is damaged, or comes to another length
 */
export function inflated(data: Buffer, bytes?: number): Buffer {
  const text = inflateRawSync(data, {
    maxOutputLength: mostBytes,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  if (bytes !== undefined && text.length !== bytes) throw new Error("a part of the code index is damaged");
  return text;
}

interface Part {
  /** Of the text. */
  bytes: number;
  data: Buffer;
}

/**
 * Parts whose data are their text, inflated when first asked for, some at once: to begin inflating costs more than most
 * parts do. What the indexer deflates has no end that is marked, and points to nothing before it, so that parts one
 * behind the other are as one.
 */
export function inflatedTogether<T extends Part>(parts: readonly T[]): T[] {
  let group = new Group();
  return parts.map((part) => {
    if (group.isFull) group = new Group();
    const its = group;
    const n = its.add(part);
    return {
      ...part,
      get data() {
        return its.text(n);
      },
    };
  });
}

class Group {
  readonly #parts: Part[] = [];
  #bytes = 0;
  #texts: Buffer[] | null = null;

  get isFull(): boolean {
    return this.#bytes >= togetherBytes;
  }

  add(part: Part): number {
    this.#bytes += part.bytes;
    return this.#parts.push(part) - 1;
  }

  text(n: number): Buffer {
    this.#texts ??= this.#inflate();
    return this.#texts[n] ?? Buffer.alloc(0);
  }

  #inflate(): Buffer[] {
    const all = inflateRawSync(Buffer.concat(this.#parts.map(({ data }) => data)), {
      ...{ maxOutputLength: mostBytes, finishFlush: constants.Z_SYNC_FLUSH },
      chunkSize: Math.max(constants.Z_MIN_CHUNK, this.#bytes + 1),
    });
    // A version before marked the end of each: nothing behind the first is inflated.
    if (all.length !== this.#bytes) return this.#parts.map(({ data, bytes }) => inflated(data, bytes));
    let at = 0;
    return this.#parts.map(({ bytes }) => {
      at += bytes;
      return all.subarray(at - bytes, at);
    });
  }
}
