import "server-only";
import type { Readable } from "node:stream";
import { cleanText } from "@/lib/platform/clean-text";
import { Unreadable } from "../indexing/text-piece";
import { endOf, type GitProcess, killGit, runGit, startGit } from "./git-process";
import { matchesAny } from "./path-globs";

/** What is read of a repository at most; beyond, a person has to choose. */
const repositoryLimits = {
  fileBytes: 1024 * 1024,
  files: 50_000,
  allBytes: 500 * 1024 * 1024,
  listBytes: 64 * 1024 * 1024,
} as const;

/** Bytes in which a NUL shows that a file is none of text, as git itself looks for it. */
const lookedAtBytes = 8_000;

export interface RepositoryFile {
  path: string;
  blob: string;
  sizeBytes: number;
}

/**
 * The files of a commit that are chosen and small enough. Links and modules (other modes) are none: nothing that a name
 * or a link in the repository says leads anywhere.
 * @param include patterns; none = everything
 * @throws Unreadable when there are too many
 */
export async function chosenFiles(
  folder: string,
  commit: string,
  { include = [], exclude = [] }: { include?: string[] | undefined; exclude?: string[] | undefined },
  signal: AbortSignal,
): Promise<{ files: RepositoryFile[]; sizeBytes: number }> {
  const listed = await runGit(
    ["ls-tree", "-r", "-z", "-l", "--full-tree", commit],
    { folder, signal },
    repositoryLimits.listBytes,
  );
  const files: RepositoryFile[] = [];
  let sizeBytes = 0;
  for (const entry of listed.toString("utf8").split("\0")) {
    // "<mode> <type> <object> <size>\t<path>"
    const [, blob, size, path] =
      /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t([\s\S]+)$/.exec(entry) ?? [];
    if (!blob || !path || Number(size) > repositoryLimits.fileBytes || Number(size) === 0) continue;
    if ((include.length > 0 && !matchesAny(include, path)) || matchesAny(exclude, path)) continue;
    files.push({ path, blob, sizeBytes: Number(size) });
    sizeBytes += Number(size);
    if (files.length > repositoryLimits.files || sizeBytes > repositoryLimits.allBytes)
      throw new Unreadable(
        "More than 50,000 files, or 500 MB, of this repository are chosen. Choose fewer by patterns to include and exclude.",
      );
  }
  return { files, sizeBytes };
}

/**
 * The text of each file, in their order; null for one that is not text.
 */
export async function* fileTexts(
  folder: string,
  files: readonly RepositoryFile[],
  signal: AbortSignal,
): AsyncGenerator<{ file: RepositoryFile; text: string | null }> {
  const git = startGit(["cat-file", "--batch"], { folder, signal });
  const ended = endOf(git, signal);
  ended.catch(() => undefined);
  git.stdin.on("error", () => {}); // it has ended; what it wrote, or did not write, decides
  const output = new ByteReader(git.stdout);
  try {
    for (const file of files) yield { file, text: await textOf(git, output, file) };
    git.stdin.end();
    await ended;
  } finally {
    killGit(git);
  }
}

async function textOf(git: GitProcess, output: ByteReader, file: RepositoryFile): Promise<string | null> {
  git.stdin.write(`${file.blob}\n`);
  // "<object> blob <size>\n<content>\n"
  const header = (await output.until(0x0a)).toString();
  const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(header) ?? [];
  if (size === undefined || Number(size) > repositoryLimits.fileBytes)
    throw new Error("the copy of a repository lacks a file that it lists");
  const content = await output.take(Number(size));
  await output.take(1);
  if (content.subarray(0, lookedAtBytes).includes(0)) return null;
  return cleanText(new TextDecoder("utf-8").decode(content));
}

/** Takes pieces of wanted lengths from a stream. */
class ByteReader {
  readonly #parts: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#parts = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.#held];
    let have = this.#held.length;
    while (have < length) {
      const part = await this.#next();
      parts.push(part);
      have += part.length;
    }
    const all = parts.length === 1 ? this.#held : Buffer.concat(parts);
    this.#held = all.subarray(length);
    return all.subarray(0, length);
  }

  /** What stands before the next such byte, which is taken too. */
  async until(byte: number): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(byte);
      if (at !== -1) return (await this.take(at + 1)).subarray(0, at);
      this.#held = Buffer.concat([this.#held, await this.#next()]);
    }
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#parts.next();
    if (done) throw new Error("git ended before it had answered");
    return value;
  }
}
