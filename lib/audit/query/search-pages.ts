import "server-only";
import type postgres from "postgres";
import { type Sql, sql } from "@/lib/db/client";
import type { EventRecordRow } from "./row";
import { isIndexable, type Search } from "./search";
import { type Coverage, type Segment, searchCoverage } from "./search-segments";
import {
  askIndex,
  askIndexes,
  type Direction,
  eventsAtPlaces,
  noId,
  type Searched,
  type SearchPlace,
  type Stretch,
  scanInOrder,
} from "./search-steps";
import type { Compiled } from "./where";

interface SearchPage {
  /** Newest first. */
  rows: EventRecordRow[];
  more: boolean;
  /** Where the deadline cut the search; beyond it there may be more. */
  searchedTo?: { micros: string; id: string };
}

interface SearchOptions {
  where: Compiled & { search: Search };
  limit: number;
  cursor: { micros: string; id: string } | null;
  direction: Direction;
  deadlineMs?: number;
  db?: Sql | undefined;
}

const dayMicros = 86_400_000_000n;
const hourMicros = 3_600_000_000n;
/** Events that tell how frequent a text is; most pages are full within them. */
const firstRows = 1_000;
const mostRows = 50_000;
/** What looking through the next matches may cost in events looked at; else the index is asked. */
const worthScanning = 8_000;
/** Events that the index may name; where it names more, looking at one after the other is as fast, or the other filters help. */
const candidates = 3_000;
const mostTries = 20;
/** Less than that nothing is tried, nor the first step. Milliseconds. */
const leastMs = 10;
const firstMs = 80;
/** Shares of the time that a page has. */
const share = {
  /** A scan that takes longer is tried otherwise. */
  scan: 0.4,
  /** So is a question to an index. */
  index: 0.6,
  /** After a step faster than that, one of twice or four times its size may follow. */
  fast: 0.05,
} as const;
/** The first step at least comes to an end, so that going on always leads further. Milliseconds. */
const surelyMs = 5_000;

/**
 * A page of a search text by keyset: never skips or doubles an event. Looks at one event after the other while matches
 * are frequent, and asks the indexes of the search segments where they are rare. Stops at the deadline and says where.
 * @param options.cursor the event next to which the page begins; null for the end of the log
 * @param options.deadlineMs milliseconds after which it stops
 */
export async function searchPage(options: SearchOptions): Promise<SearchPage> {
  const { where, limit, db = sql() } = options;
  const walk = new Walk(options, await searchCoverage(db));
  for (;;) {
    try {
      const rows = await db.begin("read only", async (tx) => {
        await walk.go(tx);
        return eventsAtPlaces(tx, where, walk.found.slice(0, limit));
      });
      const cut = walk.cutAt;
      return {
        rows,
        more: walk.found.length > limit,
        ...(cut ? { searchedTo: { micros: String(cut.micros), id: cut.id } } : {}),
      };
    } catch (error) {
      // query_canceled: the step's time was up, and with it the transaction.
      const isTimeout = error instanceof Error && "code" in error && error.code === "57014";
      if (!isTimeout || !walk.tryOtherwise()) throw error;
    }
  }
}

type Step = { by: "scan"; stretch: Stretch; rows: number } | { by: "index" | "indexes"; stretch: Stretch };

class Walk {
  readonly found: SearchPlace[] = [];
  cutAt: SearchPlace | null = null;
  private at: SearchPlace | null;
  private readonly segments: Segment[];
  private readonly wanted: number;
  private readonly deadlineMs: number;
  private readonly ends: number;
  private isDone = false;
  private steps = 0;
  private tries = 0;
  private step: Step | null = null;
  /** The rest of the filter may have no index, and then events are few and far between: time bounds the scan too. */
  private windowMicros = 7n * dayMicros;
  private rowsAtMost = mostRows;
  /** How frequent the text was where it was last looked at one by one. */
  private density = 0;
  private rowsPerMs = 100;
  /** The rest of the filter chooses so few events that all of them may as well be looked at. */
  private isSparse = false;
  /** Weeks asked at once. */
  private together = 1;
  /** The index of the search alone names too many: the indexes of the other filters are asked with it. */
  private needsFilters = false;
  /** A segment whose indexes had too much to say is looked through. */
  private tooMany: Segment | null = null;

  constructor(
    private readonly options: SearchOptions,
    private readonly coverage: Coverage,
  ) {
    this.segments = isIndexable(options.where.search.q) ? coverage.segments : [];
    const { cursor, limit, deadlineMs = 200 } = options;
    this.deadlineMs = deadlineMs;
    this.at = cursor ? { micros: BigInt(cursor.micros), id: cursor.id } : null;
    this.wanted = limit + 1;
    this.ends = performance.now() + deadlineMs;
  }

  /** Goes on until the page is full, the log ends or the time is up. @throws what the database throws */
  async go(tx: postgres.TransactionSql): Promise<void> {
    while (!this.isDone) {
      const leftMs = this.ends - performance.now();
      // A second try of the first step has the time it needs: else nobody would ever get beyond.
      if (leftMs < 5 && this.steps > 0) return this.cut();
      this.step = this.nextStep(leftMs);
      await (this.step.by === "scan" ? this.scan(tx, this.step, leftMs) : this.ask(tx, this.step, leftMs));
      this.steps += 1;
    }
  }

  private async scan(
    tx: postgres.TransactionSql,
    step: Step & { by: "scan" },
    leftMs: number,
  ): Promise<void> {
    const begun = performance.now();
    const timeoutMs = this.isSmallest() ? surelyMs : this.timeoutOf(leftMs, share.scan);
    const limits = { rows: step.rows, wanted: this.missing(), timeoutMs };
    const searched = await scanInOrder(tx, this.options.where, step.stretch, limits);
    const tookMs = Math.max(performance.now() - begun, 0.5);
    if (searched.scanned === null) {
      this.windowMicros *= 4n;
      this.isSparse = tookMs < share.fast * this.deadlineMs;
    } else {
      this.density = searched.found.length / searched.scanned;
      if (searched.scanned >= firstRows) this.rowsPerMs = searched.scanned / tookMs;
      this.isSparse = false;
    }
    this.take(step, searched);
  }

  private async ask(tx: postgres.TransactionSql, { by, stretch }: Step, leftMs: number): Promise<void> {
    const begun = performance.now();
    const limits = { wanted: this.missing(), timeoutMs: this.timeoutOf(leftMs, share.index) };
    const searched =
      by === "indexes"
        ? await askIndexes(tx, this.options.where, stretch, limits)
        : await askIndex(tx, this.options.where, stretch, { ...limits, candidates });
    if (searched === null) return this.sayTooMany(by);
    const tookMs = performance.now() - begun;
    if (tookMs < share.fast * this.deadlineMs) this.together *= 2;
    else this.together = 1;
    this.take({ stretch }, searched);
  }

  private sayTooMany(by: Step["by"]): void {
    if (this.together > 1) this.together = 1;
    else if (by === "index" && !this.options.where.search.isAlone) this.needsFilters = true;
    else this.tooMany = this.segmentAt();
  }

  /** After a step whose time was up. @returns false when there is no other way */
  tryOtherwise(): boolean {
    this.tries += 1;
    if (this.tries > mostTries) return false;
    // The limit of the last step cut the fetching of what was found: a new transaction has none.
    if (this.isDone) return true;
    if (this.isSmallest()) return false;
    if (this.step && this.step.by !== "scan") this.sayTooMany(this.step.by);
    else {
      this.windowMicros = max(this.windowMicros / 16n, hourMicros);
      this.rowsAtMost = Math.max(Math.floor(this.rowsAtMost / 8), firstRows);
    }
    return true;
  }

  private isSmallest(): boolean {
    return this.steps === 0 && this.windowMicros === hourMicros;
  }

  private cut(): void {
    this.cutAt = this.at;
    this.isDone = true;
  }

  private take({ stretch }: { stretch: Stretch }, { found, stoppedAt }: Searched): void {
    this.found.push(...found);
    if (this.missing() <= 0) this.isDone = true;
    else if (stoppedAt) this.at = stoppedAt;
    else if (stretch.end === null) this.isDone = true;
    else this.at = { micros: stretch.end, id: noId };
  }

  private nextStep(leftMs: number): Step {
    const segment = this.steps === 0 ? null : this.segmentAt();
    const rowsToFill = this.density > 0 ? this.missing() / this.density : Number.POSITIVE_INFINITY;
    if (segment && segment !== this.tooMany && !this.isSparse && rowsToFill > worthScanning)
      return {
        by: this.needsFilters ? "indexes" : "index",
        stretch: this.stretchTo(this.endOfWeeksFrom(segment)),
      };
    const affordable = Math.max(firstRows, 0.6 * leftMs * this.rowsPerMs);
    const rows = this.steps === 0 ? firstRows : Math.min(rowsToFill * 1.5 + 200, affordable, this.rowsAtMost);
    return { by: "scan", rows: Math.ceil(rows), stretch: this.stretchTo(this.endOfScan(segment)) };
  }

  private timeoutOf(leftMs: number, ofPage: number): number {
    return Math.max(this.steps === 0 ? firstMs : leastMs, Math.min(leftMs, ofPage * this.deadlineMs));
  }

  private missing(): number {
    return this.wanted - this.found.length;
  }

  private stretchTo(end: bigint | null): Stretch {
    return { direction: this.options.direction, at: this.at, end };
  }

  /** The first moment, or the last, that the next step looks at; null: an end of the log. */
  private point(): bigint | null {
    if (this.at === null) return null;
    return this.options.direction === "older" && this.at.id === noId ? this.at.micros - 1n : this.at.micros;
  }

  private segmentAt(): Segment | null {
    const point = this.point();
    if (point === null) return null;
    return this.segments.find((s) => s.from <= point && point < s.to) ?? null;
  }

  /** Where the weeks end that are asked together, beginning with a segment. */
  private endOfWeeksFrom(first: Segment): bigint {
    const isOlder = this.options.direction === "older";
    let at = this.segments.indexOf(first);
    let last = first;
    for (let n = 1; first.isWhole && n < this.together; n += 1) {
      at += isOlder ? -1 : 1;
      const next = this.segments[at];
      if (!next?.isWhole || (isOlder ? next.to !== last.from : next.from !== last.to)) break;
      last = next;
    }
    return isOlder ? last.from : last.to;
  }

  /** A scan ends where an index may take over, or with its window; the first shows how frequent the text is. */
  private endOfScan(segment: Segment | null): bigint | null {
    const isOlder = this.options.direction === "older";
    const point = this.point();
    const begins = point ?? (isOlder ? BigInt(Date.now()) * 1_000n : null);
    const window = begins === null ? null : isOlder ? begins - this.windowMicros : begins + this.windowMicros;
    const edge =
      this.steps === 0 || this.isSparse
        ? null
        : segment
          ? isOlder
            ? segment.from
            : segment.to
          : this.edgeOfGap(point);
    const { weeks } = this.coverage;
    // Beyond the last known week there is most likely nothing, and that is seen at once.
    const isBeyond = weeks && begins !== null && (isOlder ? begins < weeks.from : begins >= weeks.to);
    if (window === null || isBeyond) return edge;
    return edge === null ? window : isOlder ? max(edge, window) : -max(-edge, -window);
  }

  /** Where the next segment begins, seen from a moment that lies in none. */
  private edgeOfGap(point: bigint | null): bigint | null {
    if (this.options.direction === "older")
      return this.segments.findLast((s) => point === null || s.to <= point)?.to ?? null;
    return this.segments.find((s) => point === null || s.from > point)?.from ?? null;
  }
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
