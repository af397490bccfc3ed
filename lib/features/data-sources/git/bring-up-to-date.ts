import "server-only";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { Unreadable } from "../indexing/text-piece";
import { type Head, ifTag } from "./branches";
import { failureInWords } from "./failure-in-words";
import { GitFailed, mostPackBytes, requireGit, runGit } from "./git-process";
import { newestRefs } from "./remote-heads";
import type { RemoteRepository } from "./remote-repository";
import { type CopyKind, copyFolder, repositoriesFolder } from "./repositories-folder";
import { withinTime } from "./within-time";

/** For one fetch, from its first byte to its last. */
const fetchMs = 15 * 60_000;
/** Between two looks at the folder's size. */
const lookMs = 500;
const ours = "refs/gurulog/read";
/** Each fetch leaves a pack, with what the commits before it had. From so many on the copy is made anew. */
const mostPacks = 30;

interface Wanted {
  dataSourceId: string;
  remote: RemoteRepository;
  /** Names and patterns; none = the host's default. */
  branches: readonly string[];
  /** Which copy; left out, that of the branches that were chosen. */
  copy?: CopyKind;
  signal: AbortSignal;
  /** Bytes that the copy may have; for tests smaller than usual. */
  mostBytes?: number;
  /** Time that the host has, in ms; for tests shorter than usual. */
  patienceMs?: number;
}

/**
 * Fetches what is new of a repository into our copy of it, which is made where there is none. No file of it is ever
 * written out: names, links and modules of the repository are data here.
 * @returns the copy's folder, and the branches with their commits
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function bringUpToDate(wanted: Wanted): Promise<{ folder: string; heads: Head[] }> {
  const { dataSourceId, remote, signal } = wanted;
  const parent = repositoriesFolder();
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await requireGit(parent);
  const folder = copyFolder(dataSourceId, wanted.copy);
  // Whether a name is a branch's or a tag's, the host says.
  const refs: (Omit<Head, "commit"> & { ref: string })[] =
    wanted.branches.length > 0
      ? await newestRefs({ remote, branches: wanted.branches, signal })
      : [{ branch: null, ref: "HEAD" }];
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
      runGit([...fetch, "--", remote.url, ...refs.map(({ ref }, n) => `+${ref}:${ours}-${n}`)], {
        folder,
        signal: limited,
        ...remote.run,
      }),
    );
    const heads: Head[] = [];
    for (const [n, { branch, ref, isTag }] of refs.entries()) {
      const commit = await commitAt(`${ours}-${n}`, ref, { folder, signal });
      heads.push({ branch, commit, ...ifTag(isTag) });
    }
    isWhole = true;
    return { folder, heads };
  } catch (error) {
    throw failureInWords(error, {
      url: remote.url,
      branches: refs.flatMap(({ branch }) => branch ?? []),
    });
  } finally {
    // What a fetch leaves that broke off is in the way of the next.
    if (!isWhole) await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Unreadable when a tag stands at something else, as git allows */
async function commitAt(ours: string, ref: string, run: { folder: string; signal: AbortSignal }) {
  const kind = await runGit(["cat-file", "-t", `${ours}^{}`], run);
  if (String(kind).trim() !== "commit")
    throw new Unreadable(`What ${ref.slice(0, 220)} stands at is no commit. Name a branch or another tag.`);
  return String(await runGit(["rev-parse", "--verify", `${ours}^{commit}`], run)).trim();
}

/**
 * Our copy of a repository, where it has these commits: what a run that crashed was reading is read on.
 * @param copy which one; left out, that of the branches that were chosen
 * @returns null when it is not there, as on another machine
 */
export async function copyWith(
  dataSourceId: string,
  heads: readonly Head[],
  signal: AbortSignal,
  copy?: CopyKind,
): Promise<{ folder: string; heads: readonly Head[] } | null> {
  const folder = copyFolder(dataSourceId, copy);
  try {
    for (const { commit } of heads)
      await runGit(["cat-file", "-e", `${commit}^{commit}`], { folder, signal });
    return { folder, heads };
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    return null;
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
