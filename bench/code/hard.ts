import { searchCode } from "@/lib/features/code-search/engine/search";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { figureOf, round } from "../log/figures";
import { ask, checked, type Page } from "./measure";
import type { BenchQuery } from "./queries";

/** Of nested repetitions, and one of as many characters as there may be; the index narrows neither. */
const patterns = ["(a+)+$", `(${"\\w?\\W?".repeat(164)}\\w?_?)+[^\\t-~]$`];
/** As many as anybody can ask for: they would go on, were it not for the deadline. */
const asked = { matches: 10_000, contextLines: 0 };
const rounds = 5;
/** How long the other search is asked alone, in ms, before each round: as long as beside a hard one. */
const aloneMs = 2_000;
const deadlineMs = 2_000;

/**
 * Hard patterns: the time to their answer, and how long another search takes that is asked again and again meanwhile,
 * beside the same one alone right before.
 * @param other asked meanwhile
 */
export async function measureHard(
  other: BenchQuery,
  { repositories, page }: { repositories: readonly VisibleRepository[]; page: Page },
) {
  const again = async (isOver: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!isOver()) times.push((await ask(other, repositories, page)).ms);
    return times;
  };
  // What is asked at once is answered by different processes: each has read what it needs.
  await Promise.all([1, 2, 3].map(() => ask(other, repositories, page)));
  const measured = [];
  for (const pattern of patterns) {
    const query = checked({ text: `content:${pattern}`, regex: null });
    const alone: number[] = [];
    const meanwhile: number[] = [];
    const times: number[] = [];
    const found = { exhaustive: 0, matches: 0, filesLoaded: 0 };
    for (let n = 0; n < rounds; n++) {
      const end = performance.now() + aloneMs;
      alone.push(...(await again(() => performance.now() > end)));
      let isAnswered = false;
      const begun = performance.now();
      const hard = searchCode({ query, repositories, ...asked, whole: false, deadlineMs }).then((outcome) => {
        isAnswered = true;
        times.push(performance.now() - begun);
        found.exhaustive += outcome.isExhaustive ? 1 : 0;
        found.matches += outcome.stats.matchCount;
        found.filesLoaded += outcome.stats.filesLoaded;
      });
      meanwhile.push(...(await again(() => isAnswered)));
      await hard;
    }
    measured.push({
      ...{ pattern: pattern.slice(0, 40), characters: pattern.length, deadlineMs },
      ...{ ms: figureOf(times), latestMs: round(Math.max(...times)), ...found },
      ...{ other: other.text, aloneMs: figureOf(alone), meanwhileMs: figureOf(meanwhile) },
    });
  }
  return measured;
}
