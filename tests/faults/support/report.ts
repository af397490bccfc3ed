import type { Act } from "./ledger";

/** Counts by a key, in words. */
export function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "none";
}

export function actsInWords(acts: Act[]): string {
  const ends = tally(acts.map((act) => act.outcome));
  const again = acts.filter((act) => act.tries > 1).length;
  return `${acts.length} acts sent (${ends}; ${again} sent more than once): ${tally(acts.filter((a) => a.outcome === "done").map((a) => a.kind))}`;
}
