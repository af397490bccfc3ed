import "server-only";
import type { Readable } from "node:stream";
import { cleanText } from "@/lib/platform/clean-text";
import { Unreadable } from "../indexing/text-piece";
import { takesTooLong } from "./failure-in-words";
import { FairTurns } from "./fair-turns";
import { endOf, type GitProcess, isSpent, killGit, runGit, startGit } from "./git-process";
import { matchesAny } from "./path-globs";
import { withinTime } from "./within-time";

/** What is read of a repository at most; beyond, a person has to choose. */
const repositoryLimits = {
  fileBytes: 1024 * 1024,
  files: 50_000,
  allBytes: 500 * 1024 * 1024,
  /** Of those that are empty: they cost nothing but their names. */
  emptyFiles: 50_000,
  listBytes: 64 * 1024 * 1024,
  pathCharacters: 1_000,
} as const;

/** What git writes of a file whose path is not too long has fewer: three a character, and what stands before it. */
const mostEntryBytes = 4_000;

/**
 * What a repository may cost. Its size says nothing: ten empty folders in each of ten, a dozen deep, fit into a few hundred
 * bytes, and to go through them takes git for ever.
 */
interface Patience {
  /** For all lists of files, and for each file. */
  gitMs: number;
  /** Of computing, for all that one git does; undefined = as every git. */
  cpuSeconds?: number;
  /** Of comparing paths with patterns. */
  choosingMs: number;
}
const usual: Patience = { gitMs: 5 * 60_000, choosingMs: 60_000 };

/** Bytes in which a NUL shows that a file is none of text, as git itself looks for it. */
const lookedAtBytes = 8_000;

export interface RepositoryFile {
  path: string;
  blob: string;
  sizeBytes: number;
  /** Those that were asked for and have it as it is; the same file of several is one. */
  commits: string[];
}

interface Choice {
  include?: string[] | undefined;
  exclude?: string[] | undefined;
  withEmpty?: boolean;
}

/**
 * The files of some commits that are chosen and small enough. Links and modules (other modes) are none: nothing that a name
 * or a link in the repository says leads anywhere. Those with a path of more than 1,000 characters are left out.
 * @param include patterns; none = everything
 * @param withEmpty whether files without a byte are among them; not counted, and those beyond 50,000 are left out
 * @param patience for tests shorter than usual
 * @throws Unreadable when there are too many, or to find them takes too long
 */
export async function chosenFiles(
  folder: string,
  commits: readonly string[],
  { include = [], exclude = [], withEmpty = false }: Choice,
  signal: AbortSignal,
  patience: Partial<Patience> = {},
): Promise<{ files: RepositoryFile[]; sizeBytes: number }> {
  const limits = { ...usual, ...patience };
  const listUntil = performance.now() + limits.gitMs;
  const turns = new FairTurns({ ms: limits.choosingMs, signal, late: tooHardToChoose });
  const isAmong = async (globs: readonly string[], path: string) => {
    for (const glob of globs) {
      if (turns.isOver()) await turns.next();
      if (matchesAny([glob], path)) return true;
    }
    return false;
  };
  const files = new Map<string, RepositoryFile>();
  let sizeBytes = 0;
  let empty = 0;
  const mostEmpty = withEmpty ? repositoryLimits.emptyFiles : 0;
  for (const commit of new Set(commits)) {
    const gitMs = Math.max(1, Math.ceil(listUntil - performance.now()));
    const listed = await list(folder, commit, signal, { ...limits, gitMs });
    for (const entry of entriesOf(listed)) {
      if (turns.isOver()) await turns.next();
      const file = fileOf(entry);
      if (file === null) continue;
      const { path } = file;
      const same = files.get(`${file.blob} ${path}`);
      if (same) {
        same.commits.push(commit);
        continue;
      }
      if (file.sizeBytes === 0 && empty >= mostEmpty) continue;
      if ((include.length > 0 && !(await isAmong(include, path))) || (await isAmong(exclude, path))) continue;
      files.set(`${file.blob} ${path}`, { ...file, commits: [commit] });
      sizeBytes += file.sizeBytes;
      if (file.sizeBytes === 0) empty += 1;
      const isTooMany = files.size - empty > repositoryLimits.files;
      if (isTooMany || sizeBytes > repositoryLimits.allBytes) throw tooManyChosen();
    }
  }
  return { files: [...files.values()], sizeBytes };
}

/** "<mode> <type> <object> <size>\t<path>". @returns null for what is no file that is read */
function fileOf(entry: string): Omit<RepositoryFile, "commits"> | null {
  const [, blob, size, path] = /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t([\s\S]+)$/.exec(entry) ?? [];
  if (!blob || !path || path.length > repositoryLimits.pathCharacters) return null;
  if (Number(size) > repositoryLimits.fileBytes) return null;
  return { path, blob, sizeBytes: Number(size) };
}

const tooManyChosen = () =>
  new Unreadable(
    "More than 50,000 files, or 500 MB, of this repository are chosen. Choose fewer by patterns to include and exclude.",
  );

const tooHardToChoose = () =>
  new Unreadable(
    "Comparing the files of this repository with the patterns takes too long. Give fewer or shorter patterns.",
  );

async function list(
  folder: string,
  commit: string,
  signal: AbortSignal,
  { gitMs: ms, cpuSeconds }: Patience,
): Promise<Buffer> {
  try {
    return await withinTime({ ms, signal, late: takesTooLong }, (limited) =>
      runGit(
        ["ls-tree", "-r", "-z", "-l", "--full-tree", commit],
        { folder, signal: limited, ...(cpuSeconds === undefined ? {} : { cpuSeconds }) },
        repositoryLimits.listBytes,
      ),
    );
  } catch (error) {
    throw isSpent(error) ? takesTooLong() : error;
  }
}

/** One at a time: all of them at once would be a long stretch of work too. */
function* entriesOf(listed: Buffer): Generator<string> {
  let from = 0;
  for (let to = listed.indexOf(0); to !== -1; to = listed.indexOf(0, from)) {
    if (to - from <= mostEntryBytes) yield listed.toString("utf8", from, to);
    from = to + 1;
  }
}

/**
 * The text of each file, in their order; null for one that is not text.
 * @param patience for tests shorter than usual; what is done between two files is not counted
 * @throws Unreadable when git takes too long
 */
export async function* fileTexts(
  folder: string,
  files: readonly RepositoryFile[],
  signal: AbortSignal,
  { gitMs = usual.gitMs }: Partial<Patience> = {},
): AsyncGenerator<{ file: RepositoryFile; text: string | null }> {
  const late = new AbortController();
  const limited = AbortSignal.any([signal, late.signal]);
  const git = startGit(["cat-file", "--batch"], { folder, signal: limited });
  const ended = endOf(git, limited);
  ended.catch(() => undefined);
  git.stdin.on("error", () => {}); // it has ended; what it wrote, or did not write, decides
  const output = new ByteReader(git.stdout);
  try {
    for (const file of files) {
      const timer = setTimeout(() => late.abort(), gitMs);
      const text = await textOf(git, output, file).finally(() => clearTimeout(timer));
      yield { file, text };
    }
    git.stdin.end();
    await ended;
  } catch (error) {
    killGit(git);
    git.stdout.destroy();
    // Its answers break off before it is known why.
    const end: unknown = await ended.catch((reason: unknown) => reason);
    signal.throwIfAborted();
    throw late.signal.aborted || isSpent(end) ? takesTooLong() : error;
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
