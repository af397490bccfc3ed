import type { CodeHead, CodeTag } from "@/lib/db/schema/code";
import type { SearchedBranch, VisibleRepository } from "./engine/types";

/** A commit in full, or so much of its beginning as people write. */
const commitLike = /^[0-9a-f]{7,64}$/i;

/**
 * The branch whose newest commit this is, of those that are searched; of several at the same commit the first.
 * @param commit in full, or so much of its beginning that no other branch's begins so
 */
export function branchOfCommit(
  { branches }: Pick<VisibleRepository, "branches">,
  commit: string,
): VisibleRepository["branches"][number] | null {
  if (!commitLike.test(commit)) return null;
  const wanted = commit.toLowerCase();
  const heads = branches.filter((branch) => branch.commit.startsWith(wanted));
  const [first] = heads;
  return first && heads.every((head) => head.commit === first.commit) ? first : null;
}

/** The branches of an index, each with the tags at its commit. Of one name the branch goes before the tag. */
export function withTags(heads: readonly CodeHead[], tags: readonly CodeTag[]): SearchedBranch[] {
  const names = new Set(heads.map(({ branch }) => branch));
  return heads.map(({ branch, commit, isDefault, isTag }) => {
    const here = tags.flatMap((tag) => (tag.commit === commit ? tag.name : []));
    const others = here.filter((name) => !names.has(name));
    // Of a source that was read before that was kept, only what its host tells.
    return { name: branch, commit, isDefault, isTag: isTag ?? here.includes(branch), tags: others };
  });
}

/** Whether a branch, or a tag at its commit, is named so. */
export const hasBranch = ({ branches }: Pick<VisibleRepository, "branches">, name: string): boolean =>
  branches.some((branch) => branch.name === name || branch.tags.includes(name));

/** Whether a revision is this branch: its name, its commit in full, or a tag at it. */
export const isNamed = ({ name, commit, tags }: SearchedBranch, revision: string): boolean =>
  name === revision || commit === revision || tags.includes(revision);

/** How the viewer's address calls a revision that was asked for: it knows branches and tags, and commits in full. */
export function shownRevision(
  repository: Pick<VisibleRepository, "branches">,
  revision: string | null,
): string | null {
  if (revision === null || revision === "*") return null;
  if (hasBranch(repository, revision)) return revision;
  return branchOfCommit(repository, revision)?.commit ?? revision;
}
