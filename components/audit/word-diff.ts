import { diffWordsWithSpace } from "diff";

export type DiffPart = { text: string; changed: boolean };

/* The comparison takes time with the product of the lengths; past this the whole value counts as changed. */
const LONGEST = 5_000;
const DEADLINE_MS = 50;

/** The words of both values, each marked as kept or changed. The texts come back whole. */
export function wordDiff(before: string, after: string): { before: DiffPart[]; after: DiffPart[] } {
  const short = before.length + after.length <= LONGEST;
  const parts = short ? diffWordsWithSpace(before, after, { timeout: DEADLINE_MS }) : undefined;
  if (!parts) return { before: [{ text: before, changed: true }], after: [{ text: after, changed: true }] };
  return {
    before: parts.filter((part) => !part.added).map((part) => ({ text: part.value, changed: part.removed })),
    after: parts.filter((part) => !part.removed).map((part) => ({ text: part.value, changed: part.added })),
  };
}
