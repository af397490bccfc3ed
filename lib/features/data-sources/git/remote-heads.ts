import "server-only";
import { mkdir } from "node:fs/promises";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { branchProblem } from "./branch-name";
import { fitsPattern, type Head, maySeveral, mostBranches, plainBranches } from "./branches";
import { failureInWords, noSuchBranch } from "./failure-in-words";
import { FairTurns } from "./fair-turns";
import { requireGit, runGit } from "./git-process";
import type { RemoteRepository } from "./remote-repository";
import { repositoriesFolder } from "./repositories-folder";
import { withinTime } from "./within-time";

/** For the question which commits there are, in ms; and of comparing branches with patterns. */
const askMs = 60_000;
const choosingMs = 20_000;
/** Of a list of branches. */
const mostListBytes = 32 * 1024 * 1024;
const heads = "refs/heads/";

interface Asked {
  remote: RemoteRepository;
  /** Names and patterns; none = the host's default. */
  branches: readonly string[];
  signal: AbortSignal;
  /** Time that the host has, in ms; for tests shorter than usual. */
  patienceMs?: number;
}

/**
 * The branches that a choice comes to now, with their commits, without fetching them: in the order of the choice, and
 * those of one pattern as the host lists them.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function newestHeads({
  remote,
  branches,
  signal,
  patienceMs: ms = askMs,
}: Asked): Promise<Head[]> {
  const parent = repositoriesFolder();
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await requireGit(parent);
  const plain = plainBranches(branches);
  const isListed = plain.length < branches.length;
  const refs = branches.length === 0 ? ["HEAD"] : isListed ? [] : plain.map((name) => `${heads}${name}`);
  const late = () => new NotNow("The repository's host took too long to say which commit it has.");
  let told: Buffer;
  try {
    told = await withinTime({ ms, signal, late }, (limited) =>
      runGit(
        ["ls-remote", "--quiet", ...(branches.length > 0 ? ["--heads"] : []), "--", remote.url, ...refs],
        { folder: parent, signal: limited, ...remote.run },
        mostListBytes,
      ),
    );
  } catch (error) {
    throw failureInWords(error, { url: remote.url, branches });
  }
  const commits = commitsIn(told);
  if (branches.length === 0) {
    const commit = commits.get("HEAD");
    if (commit === undefined) throw noSuchBranch(undefined);
    return [{ branch: null, commit }];
  }
  return chosen(branches, commits, signal);
}

/** "<commit>\t<ref>" a line, of each ref. What is asked for by one name is told of others that end like it, too. */
function commitsIn(told: Buffer): Map<string, string> {
  const commits = new Map<string, string>();
  for (const [, commit = "", ref = ""] of String(told).matchAll(/^([0-9a-f]{40,64})\t(.+)$/gm))
    commits.set(ref, commit);
  return commits;
}

async function chosen(
  branches: readonly string[],
  commits: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<Head[]> {
  // Names that git allows and that another command could misread are not chosen by a pattern.
  const names = maySeveral(branches)
    ? [...commits.keys()].flatMap((ref) => (ref.startsWith(heads) ? ref.slice(heads.length) : []))
    : [];
  const turns = new FairTurns({ ms: choosingMs, signal, late: tooHardToChoose });
  const found = new Set<string>();
  for (const choice of branches) {
    if (plainBranches([choice]).length > 0) {
      if (!commits.has(heads + choice)) throw noSuchBranch(choice);
      found.add(choice);
      continue;
    }
    for (const name of names) {
      if (turns.isOver()) await turns.next();
      if (fitsPattern(choice, name) && branchProblem(name) === null) found.add(name);
    }
  }
  if (found.size === 0)
    throw new Unreadable(`No branch of the repository fits ${branches.join(", ").slice(0, 200)}.`);
  if (found.size > mostBranches)
    throw new Unreadable(
      `${found.size.toLocaleString("en-US")} branches fit, and ${mostBranches} at most are read. Name fewer.`,
    );
  return [...found].map((branch) => ({ branch, commit: commits.get(heads + branch) ?? "" }));
}

const tooHardToChoose = () =>
  new Unreadable("Comparing the repository's branches with the patterns takes too long. Name the branches.");
