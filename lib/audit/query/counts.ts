import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { sql } from "@/lib/db/client";
import { isOverdue, within } from "./deadline";
import { emptyFilter } from "./filter";
import { type Histogram, histogramOf, sumOf } from "./histogram";
import { type EventPlace, nothingCounted, type Slice } from "./slices";
import { type Span, spanOf } from "./span";
import { countByTally } from "./tally-slices";
import { type Compiled, compileFilter, type FilterScope } from "./where";
import { countByWindows } from "./window-slices";

export interface Total {
  count: number;
  /** False reads "at least". */
  exact: boolean;
}

/** The numbers of a page. */
export interface PageCounts {
  total: Total;
  histogram: Histogram;
  /** Events of the filter newer than the place asked about; null when that was not counted in time or not asked. */
  newer: number | null;
  /** Events of the scope without any filter; null when there was no time for it. */
  kept: Total | null;
}

/** For all the counting of a page, in milliseconds. */
const deadlineMs = 250;
/** Without knowing its days there is no answer at all, so that one look gets longer. */
const spanPatienceMs = 2_000;

/**
 * The exact number of events. From the sealer's counts and what is not sealed yet where those answer the filter, else
 * counted.
 * @param sql a transaction that keeps one snapshot (repeatable read): its statements have to agree
 */
export async function exactCount(sql: AnySql, scope: FilterScope, where: Compiled): Promise<number> {
  if (where.impossible) return 0;
  if (where.tally) {
    const counted = nothingCounted();
    const span = await spanOf(sql, scope);
    await countByTally(sql, { ...scope, where, newerThan: null, tally: where.tally, span }, counted);
    return total(counted.slices, "inRange");
  }
  const [row] = await sql.unsafe<{ n: string }[]>(
    `select count(*) as n from audit_event e where ${where.text}`,
    where.params,
  );
  return Number(row?.n ?? 0);
}

const total = (slices: readonly Slice[], of: "all" | "inRange" | "newer") =>
  slices.reduce((sum, slice) => sum + slice[of], 0);

/**
 * The total, the chart and the place of a page's first row, in one snapshot and under one deadline: exact where the
 * sealer's counts answer or counting ends before it, else what was counted until then, which is never more than the
 * log has. The total comes first, then the bars outside the range.
 *
 * @param options.newerThan place of the page's first row; null for the newest row of all
 * @param options.withinMs the deadline; by default that of a page
 * @throws what the database throws; a connection is held until the deadline at most, whoever has left by then
 */
export async function countPage(
  scope: FilterScope,
  where: Compiled,
  options: { newerThan: EventPlace | null; withinMs?: number },
): Promise<PageCounts> {
  const { newerThan, withinMs = deadlineMs } = options;
  const ends = performance.now() + withinMs;
  const leftMs = () => Math.max(1, ends - performance.now());
  const counted = nothingCounted();
  let kept: number | null = null;
  let span: Span | undefined;
  try {
    await sql().begin("isolation level repeatable read read only", async (tx) => {
      span = await within(tx, spanPatienceMs, () => spanOf(tx, scope));
      const of = { ...scope, newerThan, span, leftMs };
      const { tally } = where;
      if (where.impossible) counted.done = { all: true, inRange: true, newer: true };
      else if (tally) await within(tx, leftMs(), () => countByTally(tx, { ...of, where, tally }, counted));
      else await countByWindows(tx, { ...of, where }, counted);
      // Without a filter the bars say it.
      const isUnfiltered = tally?.dimension === "all" && tally.actionTypes.length === 0;
      kept = isUnfiltered ? total(counted.slices, "all") : await countEverything(tx, of);
    });
  } catch (error) {
    if (!span || !isOverdue(error)) throw error;
  }
  if (!span) throw new Error("unreachable: counted without knowing the days");
  const histogram = histogramOf(counted.slices, span, counted.done.all);
  return {
    total: { count: sumOf(histogram.inRange), exact: counted.done.inRange },
    histogram,
    newer: newerThan && counted.done.newer ? total(counted.slices, "newer") : null,
    kept: kept === null ? null : { count: kept, exact: true },
  };
}

/** How many events there are without any filter: the last and least, in what is left of the time. */
async function countEverything(
  tx: AnySql,
  { span, leftMs, ...scope }: FilterScope & { span: Span; leftMs: () => number },
): Promise<number | null> {
  const where = await compileFilter({ ...scope, filter: emptyFilter });
  const { tally } = where;
  if (!tally || leftMs() < 5) return null;
  const counted = nothingCounted();
  await within(tx, leftMs(), () =>
    countByTally(tx, { ...scope, where, newerThan: null, tally, span }, counted),
  );
  return total(counted.slices, "inRange");
}
