import "server-only";
import { Clock } from "./clock";
import type { IndexReads } from "./index-reads";
import type { SearchedRepository, SearchOrder } from "./messages";
import { outcomeOf } from "./outcome";
import { treeOf } from "./query-tree";
import { SearchRun } from "./search-run";
import { shownFiles } from "./shown-files";
import { type Teller, Telling } from "./telling";
import type { SearchOutcome } from "./types";

/** Runs of one search: it begins again when the index was taken away under it. */
const mostRuns = 3;
/** Of the time of a search; the rest is for reading what is shown. */
const shareOfLooking = 0.85;
/** Of the time of a search, for writing the answer down and sending it: this share, and no more than so many ms. */
const answering = { share: 0.05, mostMs: 100 };

/**
 * Answers a search.
 * @param teller told what is found until now, before something that may take long and cannot be stopped
 */
export async function evaluate(
  reads: IndexReads,
  order: SearchOrder,
  signal: AbortSignal,
  teller: Teller,
): Promise<SearchOutcome> {
  const { deadlineMs } = order;
  const clock = new Clock(deadlineMs - Math.min(answering.mostMs, deadlineMs * answering.share), signal);
  const looking = new Clock(deadlineMs * shareOfLooking, signal);
  const tree = treeOf(order.query.node);
  let now = order;
  for (let n = 1; ; n++) {
    const run = new SearchRun(reads, now, tree, looking, new Telling(reads, order, clock, teller));
    await run.run();
    if (!run.isMissing) teller.answering();
    const files = await shownFiles(reads, run, now, clock);
    const matches = run.found.map((found) => found.matches);
    const outcome = (endedBy: SearchOutcome["endedBy"]) =>
      outcomeOf(files, matches, run.statsAt(clock.durationMs), endedBy);
    if (!run.isMissing) return outcome(run.endedBy);
    const left = await clock.orOver(reads.segmentsLeft(run.segmentIds));
    if (left === run.segmentIds.length) return outcome(run.endedBy);
    // Its files are read anew too: at the same generation they may lie in other segments.
    reads.drop(now.repositories.map(({ sourceId }) => sourceId));
    const repositories = n < mostRuns ? await looking.orOver(asTheyAre(reads, now.repositories)) : null;
    if (!repositories) return outcome("deadline");
    now = { ...now, repositories };
  }
}

/** The repositories at the generation that they have by now. */
async function asTheyAre(
  reads: IndexReads,
  repositories: readonly SearchedRepository[],
): Promise<SearchedRepository[]> {
  const heads = await reads.heads(repositories.map(({ sourceId }) => sourceId));
  return repositories.flatMap((repository) => {
    const found = heads.get(repository.sourceId);
    return found && found.generation > 0 ? { ...repository, ...found } : [];
  });
}
