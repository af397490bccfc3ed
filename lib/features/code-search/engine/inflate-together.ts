import "server-only";
import { promisify } from "node:util";
import { constants, inflateRaw, inflateRawSync } from "node:zlib";

const inflateAside = promisify(inflateRaw);

/** Text that is inflated at once. */
const togetherBytes = 512 * 1024;
/** Text that is inflated before it is asked for; of a file that is far larger, nobody may want the rest. */
const mostAsideBytes = 8 * 1024 * 1024;
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
 * Parts whose data are their text, inflated aside by other threads, some at once: to begin inflating costs more than most
 * parts do. What the indexer deflates has no end that is marked, and points to nothing before it, so that parts one behind
 * the other are as one. What is beyond some megabytes is inflated when first asked for.
 * @throws Error when one is damaged
 */
export async function inflatedTogether<T extends Part>(parts: readonly T[]): Promise<T[]> {
  const groups = [new Group()];
  const its = parts.map((part) => {
    if (groups.at(-1)?.isFull) groups.push(new Group());
    const group = groups.at(-1) as Group;
    return { part, group, n: group.add(part) };
  });
  let left = mostAsideBytes;
  const aside = groups.filter(({ bytes }) => {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
  await Promise.all(aside.map((group) => group.inflate()));
  return its.map(({ part, group, n }) => ({
    ...part,
    get data() {
      return group.text(n);
    },
  }));
}

class Group {
  readonly #parts: Part[] = [];
  bytes = 0;
  #texts: Buffer[] | null = null;

  get isFull(): boolean {
    return this.bytes >= togetherBytes;
  }

  add(part: Part): number {
    this.bytes += part.bytes;
    return this.#parts.push(part) - 1;
  }

  async inflate(): Promise<void> {
    const all = await inflateAside(this.#together, this.#options);
    this.#texts = this.#apart(all);
  }

  text(n: number): Buffer {
    this.#texts ??= this.#apart(inflateRawSync(this.#together, this.#options));
    return this.#texts[n] ?? Buffer.alloc(0);
  }

  get #together(): Buffer {
    return Buffer.concat(this.#parts.map(({ data }) => data));
  }

  get #options() {
    return {
      ...{ maxOutputLength: mostBytes, finishFlush: constants.Z_SYNC_FLUSH },
      chunkSize: Math.max(constants.Z_MIN_CHUNK, this.bytes + 1),
    };
  }

  #apart(all: Buffer): Buffer[] {
    // A version before marked the end of each: nothing behind the first is inflated.
    if (all.length !== this.bytes) return this.#parts.map(({ data, bytes }) => inflated(data, bytes));
    let at = 0;
    return this.#parts.map(({ bytes }) => {
      at += bytes;
      return all.subarray(at - bytes, at);
    });
  }
}
