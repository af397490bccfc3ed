import "server-only";
import { mkdir } from "node:fs/promises";
import type { CodeTag } from "@/lib/db/schema/code";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { branchProblem } from "./branch-name";
import { failureInWords } from "./failure-in-words";
import { FairTurns } from "./fair-turns";
import { requireGit, runGit } from "./git-process";
import { lineOfRef } from "./remote-heads";
import type { RemoteRepository } from "./remote-repository";
import { repositoriesFolder } from "./repositories-folder";

const choosingMs = 20_000;
const mb = 1024 * 1024;
/** Of the host's list of branches and tags. */
const mostListBytes = 8 * mb;
/** That are kept of a repository. */
const mostTags = 200;

/** The tags that the host told of, and what it had more of, in words for a person. */
export interface ToldTags {
  tags: CodeTag[];
  note: string | null;
}

/**
 * The tags that stand at some commits, in the order of the host. One that has the name of a branch is left out: the name is
 * the branch's. So is one that could be read as another revision, or that git allows and another command could misread.
 * @param signal ends it when the host takes too long, too
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function tagsAt(
  remote: RemoteRepository,
  commits: readonly string[],
  signal: AbortSignal,
): Promise<ToldTags> {
  const folder = repositoriesFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await requireGit(folder);
  const told = await runGit(
    ["ls-remote", "--quiet", "--heads", "--tags", "--", remote.url],
    { folder, signal, ...remote.run },
    mostListBytes,
  ).catch((error: unknown) => {
    // It says more than fits.
    if (error instanceof Unreadable) return null;
    throw failureInWords(error, { url: remote.url, branches: [] });
  });
  if (told === null) {
    const note = `Its tags are not known here: its list of branches and tags is larger than ${mostListBytes / mb} MB.`;
    return { tags: [], note };
  }
  const late = () => new NotNow("Choosing among the repository's tags takes too long.");
  const turns = new FairTurns({ ms: choosingMs, signal, late });
  const refs = new RefList();
  for (const [, commit = "", ref = ""] of String(told).matchAll(lineOfRef)) {
    if (turns.isOver()) await turns.next();
    refs.add(ref, commit);
  }
  const tags = await refs.tagsAt(new Set(commits), turns);
  const kept = tags.slice(0, mostTags);
  const count = (n: number) => n.toLocaleString("en-US");
  const isAll = kept.length === tags.length;
  const note = `Of its ${count(tags.length)} tags at these commits the first ${mostTags} are known here.`;
  return { tags: kept, note: isAll ? null : note };
}

/** Could be taken for a commit in full, or for the default branch. */
const otherRevision = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|HEAD)$/i;

/** Branches and tags as a host lists them. */
export class RefList {
  readonly #branches = new Set<string>();
  /** What a tag stands at, behind as many tags as there are, once it is told. */
  readonly #tags = new Map<string, string>();

  add(ref: string, object: string): void {
    const [, kind, name = "", peeled] = /^refs\/(heads|tags)\/(.+?)(\^\{\})?$/.exec(ref) ?? [];
    if (kind === "heads") this.#branches.add(name);
    else if (kind === "tags" && (peeled !== undefined || !this.#tags.has(name))) this.#tags.set(name, object);
  }

  async tagsAt(commits: ReadonlySet<string>, turns: Pick<FairTurns, "isOver" | "next">): Promise<CodeTag[]> {
    const found: CodeTag[] = [];
    for (const [name, commit] of this.#tags) {
      if (turns.isOver()) await turns.next();
      if (!commits.has(commit) || this.#branches.has(name)) continue;
      if (branchProblem(name) === null && !otherRevision.test(name)) found.push({ name, commit });
    }
    return found;
  }
}
