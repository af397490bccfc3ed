import "server-only";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { runtime } from "@/lib/platform/runtime";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { failureInWords, noSuchBranch } from "./failure-in-words";
import { GitFailed, mostPackBytes, requireGit, runGit } from "./git-process";
import type { RemoteRepository } from "./remote-repository";
import { withinTime } from "./within-time";

/** For one fetch, from its first byte to its last; and for the question which commit there is. */
const fetchMs = 15 * 60_000;
const askMs = 60_000;
/** How `git ls-remote --exit-code` ends when no ref is as asked for. */
const noRefCode = 2;
/** Between two looks at the folder's size. */
const lookMs = 500;
const ours = "refs/gurulog/read";
/** Each fetch leaves a pack, with what the commits before it had. From so many on the copy is made anew. */
const mostPacks = 30;

/** Folder of the copies of all repositories: bare, the newest commit alone. */
export const repositoriesFolder = () => path.resolve(runtime().dataDir, "repositories");

interface Wanted {
  dataSourceId: string;
  remote: RemoteRepository;
  /** Undefined = the host's default. */
  branch?: string | undefined;
  signal: AbortSignal;
  /** Bytes that the copy may have; for tests smaller than usual. */
  mostBytes?: number;
  /** Time that the host has, in ms; for tests shorter than usual. */
  patienceMs?: number;
}

/**
 * Fetches what is new of a repository into our copy of it, which is made where there is none. No file of it is ever
 * written out: names, links and modules of the repository are data here.
 * @returns the copy's folder, and the commit
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function bringUpToDate(wanted: Wanted): Promise<{ folder: string; commit: string }> {
  const { dataSourceId, remote, branch, signal } = wanted;
  const parent = repositoriesFolder();
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await requireGit(parent);
  const folder = path.join(parent, `${dataSourceId}.git`);
  const ref = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
  const { mostBytes = mostPackBytes, patienceMs = fetchMs } = wanted;
  if (await isWorn(folder, mostBytes)) await rm(folder, { recursive: true, force: true });
  let isWhole = false;
  try {
    // Does nothing to a copy that is there.
    await runGit(["init", "--bare", "--quiet", "--template=", "--", folder], { folder: parent, signal });
    const fetch = [
      "fetch",
      "--quiet",
      "--force",
      "--no-tags",
      "--depth=1",
      "--no-recurse-submodules",
      "--no-auto-maintenance",
      "--no-write-fetch-head",
    ];
    await withinSize(folder, { mostBytes, patienceMs, signal }, (limited) =>
      runGit([...fetch, "--", remote.url, `+${ref}:${ours}`], { folder, signal: limited, ...remote.run }),
    );
    const commit = String(await runGit(["rev-parse", "--verify", `${ours}^{commit}`], { folder, signal }));
    isWhole = true;
    return { folder, commit: commit.trim() };
  } catch (error) {
    throw failureInWords(error, { url: remote.url, branch });
  } finally {
    // What a fetch leaves that broke off is in the way of the next.
    if (!isWhole) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Our copy of a repository, where it has a commit: what a run that crashed was reading is read on.
 * @returns null when it is not there, as on another machine
 */
export async function copyWith(
  dataSourceId: string,
  commit: string,
  signal: AbortSignal,
): Promise<{ folder: string; commit: string } | null> {
  const folder = path.join(repositoriesFolder(), `${dataSourceId}.git`);
  try {
    await runGit(["cat-file", "-e", `${commit}^{commit}`], { folder, signal });
    return { folder, commit };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return null;
  }
}

/**
 * The commit that a repository has now, without fetching it.
 * @throws as `bringUpToDate`
 */
export async function newestCommit({
  remote,
  branch,
  signal,
  patienceMs: ms = askMs,
}: Omit<Wanted, "dataSourceId" | "mostBytes">): Promise<string> {
  const parent = repositoriesFolder();
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await requireGit(parent);
  const ref = branch === undefined ? "HEAD" : `refs/heads/${branch}`;
  const late = () => new NotNow("The repository's host took too long to say which commit it has.");
  try {
    const told = await withinTime({ ms, signal, late }, (limited) =>
      runGit(["ls-remote", "--quiet", "--exit-code", "--", remote.url, ref], {
        folder: parent,
        signal: limited,
        ...remote.run,
      }),
    );
    return /^[0-9a-f]{40,64}/.exec(String(told))?.[0] ?? "";
  } catch (error) {
    if (error instanceof GitFailed && error.code === noRefCode) throw noSuchBranch(branch);
    throw failureInWords(error, { url: remote.url, branch });
  }
}

/** Runs work on a folder and ends it when the folder has become too large, or the time is over. */
async function withinSize(
  folder: string,
  { mostBytes, patienceMs: ms, signal }: { mostBytes: number; patienceMs: number; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const before = await sizeOf(folder);
  const tooMuch = new AbortController();
  // Not to be tried again: a host that trickles would hold up all other repositories each time.
  const late = () =>
    new Unreadable(
      `The repository took longer than ${Math.ceil(ms / 60_000)} min to fetch, and so it is not read.`,
    );
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = sizeOf(folder).then((size) => {
      if (size - before > mostBytes) tooMuch.abort();
    });
  }, lookMs);
  try {
    await withinTime({ ms, signal, late }, (limited) => work(AbortSignal.any([limited, tooMuch.signal])));
  } catch (error) {
    signal.throwIfAborted();
    if (tooMuch.signal.aborted || isFileTooLarge(error)) throw tooLarge(mostBytes);
    throw error;
  } finally {
    clearInterval(timer);
    await looking;
  }
  // A quick one is through between two looks.
  if ((await sizeOf(folder)) - before > mostBytes) throw tooLarge(mostBytes);
}

const tooLarge = (mostBytes: number) =>
  new Unreadable(
    `This repository is larger than ${Math.ceil(mostBytes / 1024 ** 2)} MB, and so it is not read.`,
  );

async function isWorn(folder: string, mostBytes: number): Promise<boolean> {
  const packs = await readdir(path.join(folder, "objects", "pack")).catch(() => []);
  return (
    packs.filter((name) => name.endsWith(".pack")).length >= mostPacks || (await sizeOf(folder)) > mostBytes
  );
}

const isFileTooLarge = (error: unknown) =>
  error instanceof GitFailed && /file too large|file size limit|signal 25/i.test(error.said);

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    // Temporary files come and go.
    .map((entry) =>
      stat(path.join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
