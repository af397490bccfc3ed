import type { SourceSettings } from "@/lib/db/schema/gurus";
import { branchProblem } from "./branch-name";
import { matchesText } from "./path-globs";

/** Of one source, both written down by a person and found by a pattern. */
export const mostBranches = 20;

/** A branch, or the host's default, with the commit it stands at. */
export interface Head {
  /** Null = the host's default. */
  branch: string | null;
  commit: string;
  /** It was chosen by the name of a tag. */
  isTag?: true | undefined;
}

const isPattern = (name: string) => name.includes("*");

/**
 * @param name of a branch, or a pattern in which `*` stands for anything
 * @returns what is wrong with it, for the person, or null
 */
export function branchChoiceProblem(name: string): string | null {
  return branchProblem(name.replaceAll("*", "x"));
}

/** The branches that a source is to be read of, and patterns of such; none = the host's default. */
export function branchesOf(settings: Pick<SourceSettings, "branch" | "branches">): readonly string[] {
  // A source from the time when each had one branch.
  return settings.branches ?? (settings.branch === undefined ? [] : [settings.branch]);
}

/** May such a choice come to more branches than one? Then each passage says of which it is. */
export const maySeveral = (branches: readonly string[]) => branches.length > 1 || branches.some(isPattern);

/** The commits whose files the present passages are of; none = it was not read yet. */
export function readHeads(settings: SourceSettings): readonly Head[] {
  const { heads, commit, isTag } = settings;
  if (heads) return heads;
  const branch = branchesOf(settings)[0] ?? null;
  return commit === undefined ? [] : [{ branch, commit, ...ifTag(isTag) }];
}

export const sameHeads = (some: readonly Head[], others: readonly Head[]) =>
  some.length === others.length &&
  some.every(({ branch, commit, isTag }, i) => {
    const other = others[i];
    return branch === other?.branch && commit === other.commit && isTag === other.isTag;
  });

/** As it is kept: of a branch nothing. */
export const ifTag = (isTag: true | undefined): Pick<Head, "isTag"> => (isTag ? { isTag } : {});

/** Those of a choice that are no patterns. */
export const plainBranches = (branches: readonly string[]) => branches.filter((name) => !isPattern(name));

/** Does a pattern of a choice stand for a branch? Takes no more steps than the one's length times the other's. */
export const fitsPattern = (pattern: string, branch: string) =>
  isPattern(pattern) && matchesText(pattern, branch);

/** Names as a passage and an event show them: the first few, and how many more. */
export function branchNames(heads: readonly Head[]): string {
  const shown = heads.slice(0, 3).map(({ branch }) => branch ?? "default branch");
  return heads.length > 3 ? `${shown.join(", ")} and ${heads.length - 3} more` : shown.join(", ");
}
