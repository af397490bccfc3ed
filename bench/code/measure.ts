import { searchCode } from "@/lib/features/code-search/engine/search";
import type { SearchOutcome, VisibleRepository } from "@/lib/features/code-search/engine/types";
import type { Node, Query } from "@/lib/features/code-search/query/ast";
import { validateQuery } from "@/lib/features/code-search/query/validate";
import { figureOf, round } from "../log/figures";
import type { BenchQuery } from "./queries";
import { ripgrep } from "./ripgrep";

/** What is asked for at once. */
export interface Page {
  matches: number;
  contextLines: number;
}
const slowest = 5;
/** One query of so many is also counted to its end by ripgrep, which reads all files for that. */
const countedEach = 10;

export function checked({ text }: BenchQuery): Query {
  const read = validateQuery(text);
  if (!read.ok) throw new Error(`${text}: ${read.message}`);
  return read.query;
}

export async function ask(
  query: BenchQuery,
  repositories: readonly VisibleRepository[],
  page: Page,
): Promise<{ ms: number; outcome: SearchOutcome }> {
  const begun = performance.now();
  const outcome = await searchCode({
    ...{ query: checked(query), repositories, ...page, whole: false },
  });
  return { ms: performance.now() - begun, outcome };
}

const isCaseSensitive = (node: Node): boolean => "isCaseSensitive" in node && node.isCaseSensitive;

/** Each query once, in the order in which they were drawn; ripgrep right after it, over the same files. */
export async function measure(
  queries: readonly BenchQuery[],
  {
    repositories,
    page,
    folder,
    withRipgrep,
  }: {
    repositories: readonly VisibleRepository[];
    page: Page;
    folder: string;
    withRipgrep: boolean;
  },
) {
  const ours: { text: string; ms: number; matches: number; isExhaustive: boolean }[] = [];
  const first: number[] = [];
  const all: number[] = [];
  let counted = 0;
  for (const [n, query] of queries.entries()) {
    const { ms, outcome } = await ask(query, repositories, page);
    const { isExhaustive, stats } = outcome;
    ours.push({ text: query.text, ms: round(ms), matches: stats.matchCount, isExhaustive });
    if (!withRipgrep || query.regex === null) continue;
    const asked = { regex: query.regex, isCaseSensitive: isCaseSensitive(checked(query).node) };
    first.push((await ripgrep(folder, { ...asked, most: page.matches })).ms);
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
    ripgrep: first.length === 0 ? null : { firstPageMs: figureOf(first), countMs: figureOf(all), counted },
  };
}
