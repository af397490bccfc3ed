import "server-only";
import { type SQL, sql } from "drizzle-orm";
import type { ReadDb } from "@/lib/db/client";
import type { QuestionDoor } from "@/lib/db/schema/gurus";
import type { AnalyticsPeriod, Span } from "./period-rules";

type Reader = Pick<ReadDb, "execute">;

/** What the cards show of a span. */
export interface Figures {
  /** Questions that are over: one that is being answered is neither answered nor not. */
  questions: number;
  unanswered: number;
  /** Different sources that were quoted. */
  sources: number;
  /** Mean of the answered ones in milliseconds, from the question to the end of the answer; null when there are none. */
  responseMs: number | null;
}

/** One column of the charts. */
export interface Column {
  /** Where it begins, milliseconds. */
  at: number;
  answered: number;
  unanswered: number;
  responseMs: number | null;
}

export interface Overview {
  now: Figures;
  before: Figures;
  columns: Column[];
  /** Questions by the way they came in, most first; those without any are left out. */
  doors: { door: QuestionDoor; questions: number }[];
}

export interface Scope {
  guruId: string;
  /** Only questions that came in this way; all when left out. */
  door?: QuestionDoor | undefined;
}

const moment = (atMs: number): SQL => sql`${new Date(atMs).toISOString()}::timestamptz`;

/** A condition on `question q`: over, of the guru, asked in the span by that door. */
export function askedIn({ guruId, door }: Scope, { since, until }: Span): SQL {
  const byDoor = door === undefined ? sql`` : sql` and q.door = ${door}`;
  return sql`q.guru_id = ${guruId} and q.created_at >= ${moment(since)} and q.created_at < ${moment(until)}
    and q.outcome is not null${byDoor}`;
}

/** The same on `question_source s`. */
export function quotedIn({ guruId, door }: Scope, { since, until }: Span): SQL {
  const byDoor = door === undefined ? sql`` : sql` and s.door = ${door}`;
  return sql`s.guru_id = ${guruId} and s.asked_at >= ${moment(since)} and s.asked_at < ${moment(until)}${byDoor}`;
}

interface Counted extends Record<string, unknown> {
  at: number;
  door: QuestionDoor;
  questions: number;
  unanswered: number;
  response_ms: number;
}

/** Everything above the tables: counted from the indexes alone, however many questions there are. */
export async function overviewOf(db: Reader, scope: Scope, period: AnalyticsPeriod): Promise<Overview> {
  // One after the other: at once, a few readers would hold every connection of the pool.
  const rows = await countColumns(db, scope, period);
  const before = await countSpan(db, scope, period.previous);
  const sources = await countSources(db, scope, period);
  const sourcesBefore = await countSources(db, scope, period.previous);
  const all = sumOf(rows);
  return {
    now: { ...figuresOf(all), sources },
    before: { ...figuresOf(before), sources: sourcesBefore },
    columns: period.starts.map((at, i) => {
      const column = sumOf(rows.filter((row) => row.at === i));
      const { questions, unanswered, responseMs } = figuresOf(column);
      return { at, answered: questions - unanswered, unanswered, responseMs };
    }),
    doors: doorsOf(rows),
  };
}

/** One row for each column of the charts and each door. */
async function countColumns(db: Reader, scope: Scope, period: AnalyticsPeriod): Promise<Counted[]> {
  const starts = JSON.stringify(period.starts.map((at) => new Date(at).toISOString()));
  const rows = await db.execute<Counted>(sql`
    with starts as materialized (
      select array(select jsonb_array_elements_text(${starts}::text::jsonb)::timestamptz) as at
    )
    select width_bucket(q.created_at, (select at from starts)) - 1 as at, q.door,
      count(*)::int as questions, count(*) filter (where q.answered = 'no')::int as unanswered,
      coalesce(sum(q.duration_ms) filter (where q.answered = 'yes'), 0)::float8 as response_ms
    from question q where ${askedIn(scope, period)} group by 1, 2`);
  return [...rows];
}

type Sum = Pick<Counted, "questions" | "unanswered" | "response_ms">;

async function countSpan(db: Reader, scope: Scope, span: Span): Promise<Sum> {
  const [row] = await db.execute<Sum & Record<string, unknown>>(sql`
    select count(*)::int as questions, count(*) filter (where q.answered = 'no')::int as unanswered,
      coalesce(sum(q.duration_ms) filter (where q.answered = 'yes'), 0)::float8 as response_ms
    from question q where ${askedIn(scope, span)}`);
  return row ?? { questions: 0, unanswered: 0, response_ms: 0 };
}

async function countSources(db: Reader, scope: Scope, span: Span): Promise<number> {
  const [row] = await db.execute<{ sources: number }>(sql`
    select count(*)::int as sources
    from (select from question_source s where ${quotedIn(scope, span)} group by s.source_id) quoted`);
  return row?.sources ?? 0;
}

function sumOf(rows: readonly Sum[]): Sum {
  const sum = { questions: 0, unanswered: 0, response_ms: 0 };
  for (const row of rows) {
    sum.questions += row.questions;
    sum.unanswered += row.unanswered;
    sum.response_ms += row.response_ms;
  }
  return sum;
}

function figuresOf({ questions, unanswered, response_ms: totalMs }: Sum): Omit<Figures, "sources"> {
  const answered = questions - unanswered;
  return { questions, unanswered, responseMs: answered === 0 ? null : totalMs / answered };
}

function doorsOf(rows: readonly Counted[]): Overview["doors"] {
  const counts = new Map<QuestionDoor, number>();
  for (const { door, questions } of rows) counts.set(door, (counts.get(door) ?? 0) + questions);
  return [...counts]
    .map(([door, questions]) => ({ door, questions }))
    .sort((a, b) => b.questions - a.questions || a.door.localeCompare(b.door));
}
