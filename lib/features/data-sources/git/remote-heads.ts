import "server-only";
import { mkdir } from "node:fs/promises";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { branchProblem } from "./branch-name";
import { fitsPattern, type Head, ifTag, maySeveral, mostBranches, plainBranches } from "./branches";
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
const tags = "refs/tags/";

/** A branch with the ref that it is fetched by; or the tag that was chosen by its name. */
export interface RemoteHead extends Head {
  ref: string;
}

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
export async function newestHeads(asked: Asked): Promise<Head[]> {
  return (await newestRefs(asked)).map(({ branch, commit, isTag }) => ({ branch, commit, ...ifTag(isTag) }));
}

/** The same, with what they are fetched by. A name that is no branch's may be a tag's; a pattern stands for branches alone. */
export async function newestRefs({
  remote,
  branches,
  signal,
  patienceMs: ms = askMs,
}: Asked): Promise<RemoteHead[]> {
  const parent = repositoriesFolder();
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await requireGit(parent);
  const late = () => new NotNow("The repository's host took too long to say which commit it has.");
  const ask = async (kinds: readonly string[], refs: readonly string[]): Promise<Map<string, string>> => {
    try {
      const told = await withinTime({ ms, signal, late }, (limited) =>
        runGit(
          ["ls-remote", "--quiet", ...kinds, "--", remote.url, ...refs],
          { folder: parent, signal: limited, ...remote.run },
          mostListBytes,
        ),
      );
      return commitsIn(told);
    } catch (error) {
      throw failureInWords(error, { url: remote.url, branches });
    }
  };
  if (branches.length === 0) {
    const commit = (await ask([], ["HEAD"])).get("HEAD");
    if (commit === undefined) throw noSuchBranch(undefined);
    return [{ branch: null, commit, ref: "HEAD" }];
  }
  const plain = plainBranches(branches);
  const isListed = plain.length < branches.length;
  const commits = await ask(["--heads"], isListed ? [`${heads}*`] : plain.map((name) => heads + name));
  // A host tells all its tags, whichever are asked for: it is not asked where each name is a branch's.
  const others = plain.filter((name) => !commits.has(heads + name));
  if (others.length > 0) {
    const refs = others.flatMap((name) => [tags + name, peeled(tags + name)]);
    for (const [ref, commit] of await ask(["--tags"], refs)) commits.set(ref, commit);
  }
  return chosen(branches, commits, signal);
}

/** How git lists what an annotated tag stands at, behind as many tags as there are. */
const peeled = (ref: string) => `${ref}^{}`;

/** Of a name: the branch, else the tag. */
function headOf(branch: string, commits: ReadonlyMap<string, string>): RemoteHead | null {
  const ofBranch = commits.get(heads + branch);
  if (ofBranch !== undefined) return { branch, commit: ofBranch, ref: heads + branch };
  const ref = tags + branch;
  const commit = commits.get(peeled(ref)) ?? commits.get(ref);
  return commit === undefined ? null : { branch, commit, ref, isTag: true };
}

/** A line of what a host tells of its refs. A name may hold signs that pass for a line's end elsewhere, such as U+2028. */
export const lineOfRef = /(?:^|\n)([0-9a-f]{40,64})\t([^\n]+)/g;

/** "<commit>\t<ref>" a line, of each ref. What is asked for by one name is told of others that end like it, too. */
function commitsIn(told: Buffer): Map<string, string> {
  const commits = new Map<string, string>();
  for (const [, commit = "", ref = ""] of String(told).matchAll(lineOfRef)) commits.set(ref, commit);
  return commits;
}

async function chosen(
  branches: readonly string[],
  commits: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<RemoteHead[]> {
  // Names that git allows and that another command could misread are not chosen by a pattern.
  const names = maySeveral(branches)
    ? [...commits.keys()].flatMap((ref) => (ref.startsWith(heads) ? ref.slice(heads.length) : []))
    : [];
  const turns = new FairTurns({ ms: choosingMs, signal, late: tooHardToChoose });
  const found = new Map<string, RemoteHead>();
  for (const choice of branches) {
    if (plainBranches([choice]).length > 0) {
      const head = headOf(choice, commits);
      if (head === null) throw noSuchBranch(choice);
      found.set(choice, head);
      continue;
    }
    for (const name of names) {
      if (turns.isOver()) await turns.next();
      if (!fitsPattern(choice, name) || branchProblem(name) !== null) continue;
      const head = headOf(name, commits);
      if (head !== null) found.set(name, head);
    }
  }
  if (found.size === 0)
    throw new Unreadable(`No branch of the repository fits ${branches.join(", ").slice(0, 200)}.`);
  if (found.size > mostBranches)
    throw new Unreadable(
      `${found.size.toLocaleString("en-US")} branches fit, and ${mostBranches} at most are read. Name fewer.`,
    );
  return [...found.values()];
}

const tooHardToChoose = () =>
  new Unreadable("Comparing the repository's branches with the patterns takes too long. Name the branches.");
