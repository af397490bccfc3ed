import "server-only";
import { countPage, type PageCounts, type Total } from "@/lib/audit/query/counts";
import type { EventRecordRow } from "@/lib/audit/query/row";
import type { Compiled, FilterScope } from "@/lib/audit/query/where";
import { logError } from "@/lib/platform/log";

/** The numbers of a page as it shows them; null: they could not be counted. */
export type ShownCounts = {
  total: Total;
  histogram: PageCounts["histogram"];
  /** Ordinal of the first row; null where there is none or it was not counted in time. */
  first: number | null;
  /** Events of the log without any filter; left out where they were not counted in time. */
  kept?: Total;
} | null;

/**
 * Counts for a page whose rows are known. What goes wrong is no failure of the page: it is written to the server's log,
 * and the page says that the events could not be counted.
 * @param page `hasNewer`: there are pages of newer rows
 * @returns a promise that is never broken
 */
export async function countsOfPage(
  scope: FilterScope,
  where: Compiled,
  page: { rows: readonly Pick<EventRecordRow, "id" | "micros">[]; hasNewer: boolean },
): Promise<ShownCounts> {
  try {
    const [firstRow] = page.rows;
    const newerThan = firstRow && page.hasNewer ? { micros: firstRow.micros, id: firstRow.id } : null;
    const { total, histogram, newer, kept } = await countPage(scope, where, { newerThan });
    const before = newerThan ? newer : firstRow ? 0 : null;
    const seen = (before ?? 0) + page.rows.length;
    return {
      total: total.exact ? total : { count: Math.max(total.count, seen), exact: false },
      histogram,
      first: before === null ? null : before + 1,
      ...(kept ? { kept } : {}),
    };
  } catch (error) {
    logError("counting for the audit page", error);
    return null;
  }
}

/** How long a page waits for its numbers, so that mostly they are in the page itself. Milliseconds. */
const patienceMs = 60;

/**
 * Waits a little.
 * @returns the value when it came in time, else the promise: rows do not wait for slow counting
 */
export async function soonOrLater<T>(coming: Promise<T>): Promise<{ soonOrLater: T | Promise<T> }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, patienceMs, null);
  });
  const soon = await Promise.race([coming.then((value) => ({ value })), tooLong]);
  clearTimeout(timer);
  return { soonOrLater: soon ? soon.value : coming };
}
