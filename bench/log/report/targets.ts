import { type Figure, round } from "../figures";
import type { Measured } from "../sampling";
import { growthOf } from "./growth";
import { type BenchResult, measuredAs, measuredIn } from "./result";
import { figure, ms, percent, perSecond, times } from "./words";

/** A line of the table of targets. */
export interface TargetRow {
  reader: string;
  target: string;
  measured: string;
  peer: string;
  raw: string;
  /** Null where nothing was measured. */
  met: boolean | null;
}

type Line = Omit<TargetRow, "reader" | "target">;

const nothing: Line = { measured: "", peer: "", raw: "", met: null };
const filterGroups = ["single-filters", "pairs-of-filters"];
/** What it takes to answer once the deadline has come. */
const deadlineMs = 250 + 10;
const searchDeadlineMs = 200 + 10;

/** The table of what must hold, with what a run has measured. */
export function targetRows(result: BenchResult, smaller: BenchResult | undefined): TargetRow[] {
  const row = (reader: string, target: string, line: Line): TargetRow => ({ reader, target, ...line });
  const of = (id: string) => measuredAs(result, id);
  const webPages = measuredIn(result, "http-pages").filter(({ title }) => title.startsWith("Page"));
  const isSearch = ({ id }: Measured) => id.startsWith("http-search");
  const webFilters = webPages.filter((m) => !isSearch(m));
  return [
    row(
      "Audit page, any single filter or pair, in the database",
      "p95 ≤ 25 ms",
      worst(measuredIn(result, ...filterGroups), 25),
    ),
    row(
      "… with a search text",
      "ours: 200 ms, then “searched back to”",
      worst(measuredIn(result, "search"), searchDeadlineMs),
    ),
    row("Audit page over HTTP, any filter, to its last byte", "p95 ≤ 100 ms", worst(webFilters, 100)),
    row("… to its first row, while counting goes on", "ours: p95 ≤ 100 ms", worstUntilRows(webFilters, 100)),
    row(
      "… with a search text",
      "ours: 200 ms for rows and 250 ms for counts",
      told(webPages.filter(isSearch)),
    ),
    row("Audit page, growth from 1M to 10M", "≤ 1.5 ×", growth(result, smaller)),
    row("Total and histogram, dropdowns", "≤ 15 ms", slowest(measuredIn(result, "counts"), 15)),
    row(
      "… beside the peer's count and distinct",
      "≥ 100 ×",
      faster([of("total-unfiltered"), of("dropdowns")], 100),
    ),
    row(
      "… other combinations",
      "250 ms, then “at least”",
      worst(measuredIn(result, "counts-of-combinations"), deadlineMs),
    ),
    row(
      "Page at any depth, `page=N` at 50 %",
      "≤ 10 ms",
      slowest([...depths(result), ...present(of("api-page-50"))], 10),
    ),
    row("… beside the peer's at 50 %", "≥ 100 ×", faster([of("older-50"), of("api-page-50")], 100)),
    row("CSV of a million rows", "≥ 70 % of the same COPY into nothing", share(of("csv"), 0.7)),
    row("JSON of a million rows", "≥ 85 % of the COPY of JSON rows into nothing", share(of("json"), 0.85)),
    row("XLSX of a million rows", "≥ 40 % of the CSV COPY into nothing", share(of("xlsx"), 0.4)),
    row(
      "Whole log by `GET /api/ee/audit`",
      "≥ 85 % of the COPY of JSON rows into nothing",
      share(of("api-json"), 0.85),
    ),
    row(
      "Exports over HTTP, memory above idle",
      "≤ 256 MiB",
      most(result, "memoryMiB", 256, (v) => `${v.toFixed(0)} MiB`),
    ),
    row("Exports over HTTP, event-loop delay p99", "≤ 20 ms", most(result, "delayP99Ms", 20, ms)),
    row("A second person's page during an export", "unaffected", during(of("http-page-during-export"), null)),
    row("Audited act over HTTP, beside the same unrecorded", "≤ 15 % more", act(of("http-act"))),
    row(
      "Single audited inserts, 8 connections",
      "≥ 75 % of the same table without any index",
      share(of("single-inserts"), 0.75),
    ),
    row("Removing a week, beside the peer's loop", "≥ 50 ×", faster([of("remove-week")], 50)),
    row("A page meanwhile", "p95 ≤ 2 × idle", during(of("page-during-removal"), 2)),
    row("Cold start to the first page", "≤ 4 s", slowest(present(of("cold-start")), 4_000)),
  ];
}

const present = (m: Measured | undefined): Measured[] => (m ? [m] : []);
const depths = (result: BenchResult) =>
  measuredIn(result, "pages").filter(({ id }) => /^(first-page|older|newer-\d)/.test(id));

/** The worst p95 of many cases, and which it is. */
function worst(cases: Measured[], limitMs: number): Line {
  const [first] = [...cases].sort((a, b) => b.ours.p95 - a.ours.p95);
  if (!first) return nothing;
  const medians = cases.map((m) => m.ours.median).sort((a, b) => a - b);
  const typical = medians[medians.length >> 1] ?? Number.NaN;
  return {
    measured: `${cases.length} cases: median ${ms(typical)}, worst p95 ${ms(first.ours.p95)} (${first.id})`,
    peer: peers(cases),
    raw: "",
    met: first.ours.p95 <= limitMs,
  };
}

/** The worst p95 of many pages until their first row. */
function worstUntilRows(pages: Measured[], limitMs: number): Line {
  const until = pages.flatMap(({ id, more }) => {
    const p95 = more?.firstRowP95Ms;
    return p95 === undefined ? [] : [{ id, p95 }];
  });
  const [first] = until.sort((a, b) => b.p95 - a.p95);
  if (!first) return nothing;
  const measured = `${until.length} cases: worst p95 ${ms(first.p95)} (${first.id})`;
  return { ...nothing, measured, met: first.p95 <= limitMs };
}

/** What is told without a limit of its own. */
function told(cases: Measured[]): Line {
  return { ...worst(cases, Number.POSITIVE_INFINITY), met: null };
}

/** The slowest median of some cases. */
function slowest(cases: Measured[], limitMs: number): Line {
  const [first] = [...cases].sort((a, b) => b.ours.median - a.ours.median);
  if (!first) return nothing;
  const which = cases.length > 1 ? ` (${first.id}, slowest of ${cases.length})` : "";
  return {
    measured: `${ms(first.ours.median)}${which}`,
    peer: peers(cases),
    raw: figure(first.raw, "ms"),
    met: first.ours.median <= limitMs,
  };
}

function peers(cases: Measured[]): string {
  const medians = cases.flatMap(({ peer }) => (peer ? [peer.median] : [])).sort((a, b) => a - b);
  const [least, mostMs] = [medians[0], medians.at(-1)];
  if (least === undefined || mostMs === undefined) return "";
  return medians.length === 1 ? ms(least) : `${ms(least)} to ${ms(mostMs)}`;
}

function faster(found: (Measured | undefined)[], limit: number): Line {
  const cases = found.flatMap((m) => (m?.peerByOurs ? [m] : []));
  if (cases.length < found.length) return nothing;
  return {
    measured: cases.map((m) => times(m.peerByOurs)).join("; "),
    peer: cases.map((m) => figure(m.peer, m.unit)).join("; "),
    raw: "",
    met: cases.every((m) => (m.peerByOurs?.median ?? 0) >= limit),
  };
}

/** A rate as a part of the raw limit's. */
function share(found: Measured | undefined, least: number): Line {
  if (!found?.oursByRaw || !found.raw) return nothing;
  const own = found.more?.ownCopyRowsPerS;
  // Where the statement that we send is another than the baseline, its rate stands beside it.
  const ofOwn = own && Math.abs(own - found.raw.median) > 1 ? `; our own COPY ${perSecond(own)}` : "";
  return {
    measured: `${percent(found.oursByRaw)}, ${perSecond(found.ours.median)}`,
    peer: figure(found.peer, found.unit),
    raw: `${perSecond(found.raw.median)}${ofOwn}`,
    met: found.oursByRaw.median >= least,
  };
}

function most(result: BenchResult, name: string, limit: number, say: (value: number) => string): Line {
  const values = measuredIn(result, "http-exports").flatMap((m) =>
    m.more?.[name] === undefined ? [] : [{ id: m.id, value: m.more[name] }],
  );
  const [first] = values.sort((a, b) => b.value - a.value);
  return first
    ? { ...nothing, measured: `${say(first.value)} (${first.id})`, met: first.value <= limit }
    : nothing;
}

function during(found: Measured | undefined, limit: number | null): Line {
  const by = found?.more?.p95ByIdle;
  if (!found || by === undefined) return nothing;
  const p95 = (of: Figure | undefined) => (of ? ms(of.p95) : "");
  return {
    measured: `p95 ${p95(found.ours)}, ${round(by)} × idle`,
    peer: found.peer ? `p95 ${p95(found.peer)}` : "",
    raw: `idle p95 ${p95(found.raw)}`,
    met: limit === null ? null : by <= limit,
  };
}

function act(found: Measured | undefined): Line {
  if (!found?.oursByRaw) return nothing;
  const { median, from, to } = found.oursByRaw;
  const more = (value: number) => `${value >= 1 ? "+" : ""}${((value - 1) * 100).toFixed(1)} %`;
  return {
    measured: `${more(median)} (${more(from)} to ${more(to)}), ${ms(found.ours.median)}`,
    peer: "",
    raw: figure(found.raw, "ms"),
    met: median <= 1.15,
  };
}

function growth(result: BenchResult, smaller: BenchResult | undefined): Line {
  if (!smaller || result.rows !== 1e7) return nothing;
  const grown = growthOf(smaller, result, filterGroups);
  const [first] = [...grown].sort((a, b) => b.times - a.times);
  if (!first) return nothing;
  const typical = grown.map((g) => g.times).sort((a, b) => a - b)[grown.length >> 1] ?? Number.NaN;
  return {
    ...nothing,
    measured: `median ${typical.toFixed(2)} ×, most ${first.times.toFixed(2)} × (${first.id})`,
    met: first.times <= 1.5,
  };
}
