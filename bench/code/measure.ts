import { searchCode } from "@/lib/features/code-search/engine/search";
import type { SearchOutcome, VisibleRepository } from "@/lib/features/code-search/engine/types";
import type { Node, Query } from "@/lib/features/code-search/query/ast";
import { validateQuery } from "@/lib/features/code-search/query/validate";
import { figureOf, round } from "../log/figures";
import type { BenchQuery } from "./queries";
import { ripgrep } from "./ripgrep";

/** Matches of the page's first answer. */
export const firstPage = 500;
const slowest = 5;
/** One query of so many is also counted to its end by ripgrep, which reads all files for that. */
const countedEach = 10;

function checked({ text }: BenchQuery): Query {
  const read = validateQuery(text);
  if (!read.ok) throw new Error(`${text}: ${read.message}`);
  return read.query;
}

export async function ask(
  query: BenchQuery,
  repositories: readonly VisibleRepository[],
): Promise<{ ms: number; outcome: SearchOutcome }> {
  const begun = performance.now();
  const outcome = await searchCode({
    ...{ query: checked(query), repositories, matches: firstPage, contextLines: 0, whole: false },
  });
  return { ms: performance.now() - begun, outcome };
}

const isCaseSensitive = (node: Node): boolean => "isCaseSensitive" in node && node.isCaseSensitive;

/** Each query once, in the order in which they were drawn; ripgrep right after it, over the same files. */
export async function measure(
  queries: readonly BenchQuery[],
  {
    repositories,
    folder,
    withRipgrep,
  }: {
    repositories: readonly VisibleRepository[];
    folder: string;
    withRipgrep: boolean;
  },
) {
  const ours: { text: string; ms: number; matches: number; isExhaustive: boolean }[] = [];
  const page: number[] = [];
  const all: number[] = [];
  let counted = 0;
  for (const [n, query] of queries.entries()) {
    const { ms, outcome } = await ask(query, repositories);
    const { isExhaustive, stats } = outcome;
    ours.push({ text: query.text, ms: round(ms), matches: stats.matchCount, isExhaustive });
    if (!withRipgrep || query.regex === null) continue;
    const asked = { regex: query.regex, isCaseSensitive: isCaseSensitive(checked(query).node) };
    page.push((await ripgrep(folder, { ...asked, most: firstPage })).ms);
    if (n % countedEach !== 0) continue;
    const whole = await ripgrep(folder, { ...asked, most: null });
    all.push(whole.ms);
    counted += whole.found;
  }
  const times = ours.map(({ ms }) => ms);
  return {
    queries: queries.length,
    ms: figureOf(times),
    overallMs: round(times.reduce((sum, ms) => sum + ms, 0)),
    exhaustive: ours.filter((one) => one.isExhaustive).length,
    matches: ours.reduce((sum, one) => sum + one.matches, 0),
    slowest: [...ours].sort((a, b) => b.ms - a.ms).slice(0, slowest),
    ripgrep: page.length === 0 ? null : { firstPageMs: figureOf(page), countMs: figureOf(all), counted },
  };
}
