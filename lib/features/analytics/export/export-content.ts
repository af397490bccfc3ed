import "server-only";
import { sql } from "drizzle-orm";
import type { Cell, ExportTable, TablesContent } from "@/lib/audit/export/tables/content";
import type { Snapshot } from "@/lib/db/snapshot";
import {
  newestFirst,
  type QuestionRow,
  questionColumns,
  questionsWhere,
  type SourceRow,
  sourcesQuery,
} from "../lists";
import { type Overview, overviewOf } from "../overview";
import { doorNames, intervals, outcomeNames } from "../schemas";
import { type AskedExport, partsOf } from "./asked-export";

/** The whole of an export: what it is of, its figures, and its lists, which are read as the file is sent. */
export async function exportContent(asked: AskedExport, snapshot: Snapshot): Promise<TablesContent> {
  const { questions, unanswered, sources } = partsOf(asked);
  const { period } = asked;
  const reader = { execute: (query: unknown) => allRows(snapshot, query) } as Parameters<
    typeof overviewOf
  >[0];
  const overview = await overviewOf(reader, questions, period);
  const asRows = (which: typeof questions) =>
    sql`select ${questionColumns} from question q where ${questionsWhere(which, period)} order by ${newestFirst}`;
  return {
    about: [...aboutOf(asked), ...figuresOf(overview)],
    tables: [
      overTime(overview),
      questionTable("questions", "Questions", snapshot.rows<QuestionRow>(asRows(questions))),
      questionTable("out_of_context", "Unanswered", snapshot.rows<QuestionRow>(asRows(unanswered))),
      sourceTable(snapshot.rows<SourceRow>(sourcesQuery(sources, period))),
    ],
  };
}

/** One after the other: the snapshot has one connection. */
async function allRows(snapshot: Snapshot, query: unknown): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const batch of snapshot.rows(query as Parameters<Snapshot["rows"]>[0])) rows.push(...batch);
  return rows;
}

const inUtc = (atMs: number) => new Date(atMs).toISOString();
const whole = (ms: number | null) => (ms === null ? null : Math.round(ms));

function aboutOf({ guru, range, period, timeZone, filters, atMs }: AskedExport): TablesContent["about"] {
  const rangeName = range.interval === "custom" ? `${range.from} to ${range.to}` : intervals[range.interval];
  return [
    { key: "guru", label: "Guru", value: guru.name },
    { key: "slug", label: "Slug", value: guru.slug },
    { key: "interval", label: "Range", value: rangeName },
    { key: "since", label: "From (UTC)", value: inUtc(period.since) },
    { key: "until", label: "Until, not included (UTC)", value: inUtc(period.until) },
    { key: "time_zone", label: "Days are those of", value: timeZone },
    { key: "filter_questions", label: "Filter: questions by", value: filters.questions },
    { key: "filter_out_of_context", label: "Filter: unanswered by", value: filters.out_of_context },
    { key: "filter_referenced_sources", label: "Filter: kind of source", value: filters.referenced_sources },
    { key: "filter_search", label: "Filter: search", value: filters.search ?? null },
    { key: "exported_at", label: "Exported at (UTC)", value: inUtc(atMs) },
  ];
}

/** As the cards of the page have them; a search narrows the lists alone. */
function figuresOf({ now }: Overview): TablesContent["about"] {
  const answered = now.questions - now.unanswered;
  const ratio = now.questions === 0 ? null : Math.round((answered / now.questions) * 10_000) / 100;
  return [
    { key: "total_questions", label: "Questions", value: now.questions },
    { key: "total_unanswered", label: "Unanswered", value: now.unanswered },
    { key: "answer_ratio_percent", label: "Answer ratio (%)", value: ratio },
    { key: "total_referenced_sources", label: "Referenced sources", value: now.sources },
    { key: "response_ms", label: "Mean response time (ms)", value: whole(now.responseMs) },
  ];
}

function overTime({ columns }: Overview): ExportTable {
  const rows = columns.map((c): Cell[] => [inUtc(c.at), c.answered, c.unanswered, whole(c.responseMs)]);
  return {
    key: "over_time",
    title: "Over time",
    columns: [
      { key: "since", header: "From (UTC)", width: 26 },
      { key: "answered", header: "Answered", width: 12 },
      { key: "unanswered", header: "Unanswered", width: 12 },
      { key: "response_ms", header: "Mean response time (ms)", width: 24 },
    ],
    batches: [rows],
  };
}

function questionTable(key: string, title: string, rows: AsyncIterable<QuestionRow[]>): ExportTable {
  return {
    key,
    title,
    columns: [
      { key: "datetime", header: "Time (UTC)", width: 26 },
      { key: "source", header: "Asked through", width: 14 },
      { key: "question", header: "Question", width: 70 },
      { key: "outcome", header: "Result", width: 20 },
      { key: "trust_score", header: "Trust score", width: 12 },
      { key: "response_ms", header: "Response time (ms)", width: 20 },
      { key: "sources", header: "Sources quoted", width: 16 },
      { key: "vote", header: "Vote", width: 8 },
    ],
    batches: mapped(rows, (q) => [
      q.askedAt,
      doorNames[q.door],
      q.question,
      outcomeNames[q.outcome],
      q.trustScore,
      q.durationMs,
      q.sources,
      q.vote,
    ]),
  };
}

function sourceTable(rows: AsyncIterable<SourceRow[]>): ExportTable {
  return {
    key: "referenced_sources",
    title: "Referenced sources",
    columns: [
      { key: "data_source_title", header: "Source", width: 60 },
      { key: "data_source_type", header: "Kind", width: 14 },
      { key: "referenced_count", header: "Questions that quote it", width: 24 },
      { key: "url", header: "Address", width: 50 },
      { key: "last_update_date", header: "Updated (UTC)", width: 26 },
      { key: "id", header: "Id", width: 38 },
    ],
    batches: mapped(rows, ({ id, questions, source }) => [
      source?.title ?? "[deleted]",
      source?.kind ?? null,
      questions,
      source?.url ?? null,
      source?.updatedAt ?? null,
      id,
    ]),
  };
}

async function* mapped<T>(batches: AsyncIterable<T[]>, row: (one: T) => Cell[]): AsyncGenerator<Cell[][]> {
  for await (const batch of batches) yield batch.map(row);
}
