import type { VisibleRepository } from "./engine/types";

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

/** Whether a branch is named so. */
export const hasBranch = ({ branches }: Pick<VisibleRepository, "branches">, name: string): boolean =>
  branches.some((branch) => branch.name === name);

/** How the viewer's address calls a revision that was asked for: it knows branches, and commits in full. */
export function shownRevision(repository: VisibleRepository, revision: string | null): string | null {
  if (revision === null || revision === "*") return null;
  if (hasBranch(repository, revision)) return revision;
  return branchOfCommit(repository, revision)?.commit ?? revision;
}
