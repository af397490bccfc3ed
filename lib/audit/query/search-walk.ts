import "server-only";
import type postgres from "postgres";
import { isIndexable, type Search } from "./search";
import type { Coverage, Segment } from "./search-segments";
import {
  askIndex,
  askIndexes,
  limitSteps,
  noId,
  type Searched,
  type SearchPlace,
  type Stretch,
  scanInOrder,
} from "./search-steps";
import type { Direction, TimeCursor } from "./stretches";
import type { Compiled } from "./where";

export interface WalkOptions {
  where: Compiled & { search: Search };
  limit: number;
  /** The event next to which the page begins; null for the end of the log. */
  cursor: TimeCursor | null;
  direction: Direction;
  /** The page by the indexes of the other filters, looking for the text event by event. */
  alongFilters: (
    tx: postgres.TransactionSql,
    cursor: TimeCursor | null,
    limit: number,
  ) => Promise<{ rows: TimeCursor[] }>;
  /** Milliseconds after which it stops. */
  deadlineMs?: number;
}

const weekMicros = 604_800_000_000n;
/** Events that tell how frequent matches are; most pages are full within them. */
const firstRows = 1_000;
const mostRows = 50_000;
const fewestRows = 50;
/** What looking through the next matches may cost in events looked at; else an index is asked. */
const worthScanning = 8_000;
/** The share of all events that the other filters may choose for a try along their indexes. */
const fewChosen = 0.02;
/** Events that the index of the search may name; where it names more, the other filters' have to help. */
const candidates = 3_000;
const mostTries = 20;
/** No step has less time than that, and the first two have more: going on always leads further. Milliseconds. */
const leastMs = 10;
const firstMs = 80;
const surelyMs = 5_000;
/** Shares of the time that a page has: a step that takes longer is tried otherwise; after a fast one a larger may follow. */
const share = { scan: 0.4, filters: 0.2, index: 0.6, fast: 0.05 } as const;

type Step =
  | { by: "scan"; stretch: Stretch; rows: number }
  | { by: "index" | "indexes"; stretch: Stretch }
  | { by: "filters" };

/** The way of one search through the log, step by step; it chooses each by what the ones before it found. */
export class SearchWalk {
  /** In the order of the walk; one more than a page when there is more. */
  readonly found: SearchPlace[] = [];
  /** Where the deadline ended it. */
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
  private rowsAtMost = mostRows;
  /** How frequent matches were where events were last looked at one by one. */
  private density = 0;
  private rowsPerMs = 100;
  /** A week has more events than a scan looks at. */
  private isDense = true;
  /** The indexes of the other filters may lead to few events; asked once, as how many is known only then. */
  private mayFollowFilters: boolean;
  /** Weeks asked at once. */
  private together = 1;
  /** The index of the search alone names too many: the indexes of the other filters are asked with it. */
  private needsFilters = false;
  /** A segment whose indexes had too much to say is looked through. */
  private tooMany: Segment | null = null;

  constructor(
    private readonly options: WalkOptions,
    coverage: Coverage,
  ) {
    const { cursor, direction, limit, where, deadlineMs = 200 } = options;
    this.segments = isIndexable(where.search.q) ? coverage.segments : [];
    this.mayFollowFilters = !where.search.isAlone;
    this.deadlineMs = deadlineMs;
    this.at = beginOf(where.range, direction, cursor);
    this.wanted = limit + 1;
    this.ends = performance.now() + deadlineMs;
  }

  /** Goes on until the page is full, the log ends or the time is up. @throws what the database throws */
  async go(tx: postgres.TransactionSql): Promise<void> {
    while (!this.isDone) {
      const leftMs = this.ends - performance.now();
      // A week with hardly an event is not enough of a way: beyond the oldest there would be no end of them.
      if (leftMs < 5 && this.steps > (this.isDense ? 0 : 1)) {
        this.cutAt = this.at;
        this.isDone = true;
        return;
      }
      const step = this.nextStep(leftMs);
      this.step = step;
      if (step.by === "scan") await this.scan(tx, step, leftMs);
      else if (step.by === "filters") await this.followFilters(tx, leftMs);
      else await this.ask(tx, step.by, step.stretch, leftMs);
      this.steps += 1;
    }
  }

  /** After a step whose time was up. @returns false when there is no other way */
  tryOtherwise(): boolean {
    this.tries += 1;
    if (this.tries > mostTries || this.isSmallest()) return false;
    // The limit of the last step cut the fetching of what was found: a new transaction has none.
    if (this.isDone || this.step === null) return true;
    if (this.step.by === "scan")
      this.rowsAtMost = Math.max(Math.floor(Math.min(this.step.rows, this.rowsAtMost) / 8), fewestRows);
    else if (this.step.by !== "filters") this.sayTooMany(this.step.by);
    return true;
  }

  private nextStep(leftMs: number): Step {
    const segment = this.steps === 0 ? null : this.segmentAt();
    const toFill = this.missing() / this.density;
    if (this.steps > 0 && toFill > worthScanning) {
      if (this.mayFollowFilters) return { by: "filters" };
      if (segment && segment !== this.tooMany) {
        const stretch = this.stretchTo(this.endOfWeeksFrom(segment));
        return { by: this.needsFilters ? "indexes" : "index", stretch };
      }
    }
    const affordable = Math.max(firstRows, 0.6 * leftMs * this.rowsPerMs);
    const rows = this.steps === 0 ? firstRows : Math.min(toFill * 1.5 + 200, affordable);
    return {
      by: "scan",
      rows: Math.ceil(Math.min(rows, this.rowsAtMost)),
      stretch: this.stretchTo(this.endOfScan(segment)),
    };
  }

  private async scan(
    tx: postgres.TransactionSql,
    { stretch, rows }: Step & { by: "scan" },
    leftMs: number,
  ): Promise<void> {
    const begun = performance.now();
    const timeoutMs = this.isSmallest() ? surelyMs : this.timeoutOf(leftMs, share.scan);
    const searched = await scanInOrder(tx, this.options.where, stretch, {
      rows,
      wanted: this.missing(),
      timeoutMs,
    });
    const tookMs = Math.max(performance.now() - begun, 0.5);
    if (searched.scanned === null) this.isDense = false;
    else {
      this.density = searched.found.length / searched.scanned;
      if ((searched.chosen ?? 0) > fewChosen * searched.scanned && this.segments.length > 0)
        this.mayFollowFilters = false;
      if (searched.scanned >= firstRows) this.rowsPerMs = searched.scanned / tookMs;
    }
    this.take(stretch, searched);
  }

  /** Leads to a full page or to the end of the log; else nothing is known but that it takes too long. */
  private async followFilters(tx: postgres.TransactionSql, leftMs: number): Promise<void> {
    this.mayFollowFilters = false;
    const ofPage = this.segments.length > 0 ? share.filters : share.index;
    await limitSteps(tx, this.timeoutOf(leftMs, ofPage));
    const cursor = this.at && { micros: String(this.at.micros), id: this.at.id };
    const { rows } = await this.options.alongFilters(tx, cursor, this.missing());
    const isOlder = this.options.direction === "older";
    const places = (isOlder ? rows : rows.toReversed()).map((row) => ({
      micros: BigInt(row.micros),
      id: row.id,
    }));
    this.take(this.stretchTo(null), { found: places, scanned: null, stoppedAt: null });
  }

  private async ask(
    tx: postgres.TransactionSql,
    by: "index" | "indexes",
    stretch: Stretch,
    leftMs: number,
  ): Promise<void> {
    const begun = performance.now();
    const { where } = this.options;
    const limits = { wanted: this.missing(), timeoutMs: this.timeoutOf(leftMs, share.index) };
    const searched =
      by === "indexes"
        ? await askIndexes(tx, where, stretch, limits)
        : await askIndex(tx, where, stretch, { ...limits, candidates });
    if (searched === null) return this.sayTooMany(by);
    this.together = performance.now() - begun < share.fast * this.deadlineMs ? this.together * 2 : 1;
    this.take(stretch, searched);
  }

  private sayTooMany(by: "index" | "indexes"): void {
    if (this.together > 1) this.together = 1;
    else if (by === "index" && !this.options.where.search.isAlone) this.needsFilters = true;
    else this.tooMany = this.segmentAt();
  }

  private take(stretch: Stretch, { found, stoppedAt }: Searched): void {
    this.found.push(...found);
    if (this.missing() <= 0) this.isDone = true;
    else if (stoppedAt) this.at = stoppedAt;
    else if (stretch.end === null) this.isDone = true;
    else this.at = { micros: stretch.end, id: noId };
  }

  private isSmallest(): boolean {
    return this.steps === 0 && this.rowsAtMost === fewestRows;
  }

  private timeoutOf(leftMs: number, ofPage: number): number {
    return Math.max(this.steps < 2 ? firstMs : leastMs, Math.min(leftMs, ofPage * this.deadlineMs));
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

  /** A scan ends where an index may take over, or after a week: a statement is planned for each week that it may need. */
  private endOfScan(segment: Segment | null): bigint | null {
    const isOlder = this.options.direction === "older";
    const point = this.point();
    const edge =
      this.steps === 0 ? null : segment ? (isOlder ? segment.from : segment.to) : this.edgeOfGap(point);
    const begins = point ?? BigInt(Date.now()) * 1_000n;
    if (!this.isDense) return edge;
    const week = isOlder ? begins - weekMicros : begins + weekMicros;
    return edge === null ? week : isOlder ? max(edge, week) : -max(-edge, -week);
  }

  /** Where the next segment begins, seen from a moment that lies in none. */
  private edgeOfGap(point: bigint | null): bigint | null {
    if (this.options.direction === "older")
      return this.segments.findLast((s) => point === null || s.to <= point)?.to ?? null;
    return this.segments.find((s) => point === null || s.from > point)?.from ?? null;
  }
}

/** The cursor, or the end of the range where that comes first: what lies before it is no way to go. */
function beginOf(
  { since, until }: Compiled["range"],
  direction: Direction,
  cursor: TimeCursor | null,
): SearchPlace | null {
  const isOlder = direction === "older";
  const bound = isOlder ? until : since;
  // `until` holds all of its millisecond. One that lies ahead is no place to begin at: the newest events lie before it.
  const edge = bound ? { micros: BigInt(Date.parse(bound) + (isOlder ? 1 : 0)) * 1_000n, id: noId } : null;
  const at = cursor && { micros: BigInt(cursor.micros), id: cursor.id };
  if (!edge || (isOlder && edge.micros > BigInt(Date.now()) * 1_000n)) return at;
  if (!at) return edge;
  return (isOlder ? edge.micros <= at.micros : edge.micros > at.micros) ? edge : at;
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
