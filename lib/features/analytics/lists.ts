import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { type ListPage, listPage, rowsOf } from "@/lib/access/list-page";
import type { ReadDb } from "@/lib/db/client";
import type { QuestionDoor, QuestionOutcome } from "@/lib/db/schema/gurus";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import { askedIn, quotedIn, type Scope } from "./overview";
import type { Span } from "./period-rules";

type Reader = Pick<ReadDb, "execute">;

export const rowsPerPage = 50;

/** A question as the lists and the exports have it. Who asked it is the audit log's to say. */
export interface QuestionRow {
  id: string;
  /** RFC 3339 in UTC with milliseconds. */
  askedAt: string;
  question: string;
  door: QuestionDoor;
  answered: boolean;
  outcome: QuestionOutcome;
  durationMs: number;
  /** How many sources were quoted. */
  sources: number;
  /** 0 to 100; null for one of before this was reckoned. */
  trustScore: number | null;
  vote: "up" | "down" | null;
}

export interface SourceRow {
  id: string;
  /** Of a source that was deleted since nothing is known any more. */
  source: { title: string; kind: string; url: string | null; updatedAt: string } | null;
  /** Questions whose answer quoted it. */
  questions: number;
}

/** Text that a column holds, anywhere and in either case; the signs of a pattern mean themselves. */
const holds = (column: SQL, text: string): SQL =>
  sql`${column} ilike ${`%${cleanText(text).replace(/[\\%_]/g, "\\$&")}%`}`;

/** What the query of questions selects, as `QuestionRow` names it. */
export const questionColumns = sql`
  q.id, to_char(q.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "askedAt", q.text as question, q.door,
  q.answered = 'yes' as answered, q.outcome, q.duration_ms as "durationMs",
  case jsonb_typeof(q."references") when 'array' then jsonb_array_length(q."references") else 0 end as sources,
  q.trust_score as "trustScore", q.vote`;

export interface QuestionsAsked extends Scope {
  /** Only those without an answer. */
  unanswered: boolean;
  search?: string | undefined;
}

/** A condition on `question q`. */
export function questionsWhere(asked: QuestionsAsked, span: Span): SQL {
  const open = asked.unanswered ? sql` and q.answered = 'no'` : sql``;
  const found = asked.search === undefined ? sql`` : sql` and ${holds(sql`q.text`, asked.search)}`;
  return sql`${askedIn(asked, span)}${open}${found}`;
}

/** The order of the list and its cursor. */
export const newestFirst = sql`q.created_at desc, q.id desc`;

export interface QuestionPage {
  rows: QuestionRow[];
  /** Leads to the next page; null on the last. */
  next: string | null;
}

/**
 * A page of questions, newest first.
 * @param before `next` of the page before, as an address may have it: anything else begins at the newest
 */
export async function questionPage(
  db: Reader,
  asked: QuestionsAsked,
  span: Span,
  before: string | undefined,
): Promise<QuestionPage> {
  const rows = await db.execute<QuestionRow & { cursor: string } & Record<string, unknown>>(sql`
    select ${questionColumns},
      to_char(q.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || q.id as cursor
    from question q where ${questionsWhere(asked, span)}${olderThan(before)}
    order by ${newestFirst} limit ${rowsPerPage + 1}`);
  const shown = [...rows].slice(0, rowsPerPage);
  return {
    rows: shown.map(({ cursor: _, ...row }) => row),
    next: rows.length > rowsPerPage ? (shown.at(-1)?.cursor ?? null) : null,
  };
}

/** Microseconds as text: a date of JavaScript would cut them, and skip or repeat rows. */
function olderThan(before: string | undefined): SQL {
  const [at = "", id = ""] = before?.split("_") ?? [];
  const shaped = /^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(at);
  // JavaScript takes 30 February for 2 March; the database takes it for a fault.
  const isTime = shaped && new Date(at).toJSON()?.startsWith(at.slice(0, 19));
  if (!isTime || !isUuid(id)) return sql``;
  return sql` and q.created_at <= ${at}::timestamptz and (q.created_at, q.id) < (${at}::timestamptz, ${id}::uuid)`;
}

export interface SourcesAsked extends Scope {
  /** Kind of source in upper case; all when left out. */
  kind?: string | undefined;
  search?: string | undefined;
}

/** The sources that answers quoted, most quoted first, as `SourceRow` names its columns. */
export function sourcesQuery(asked: SourcesAsked, span: Span): SQL {
  const { kind, search, guruId } = asked;
  const narrowed = [
    ...(kind === undefined ? [] : [sql`d.kind = ${kind}`]),
    ...(search === undefined ? [] : [holds(sql`d.title`, search)]),
  ];
  const chosen =
    narrowed.length === 0
      ? sql``
      : sql` and s.source_id in (
          select d.id from data_source d where d.guru_id = ${guruId} and ${sql.join(narrowed, sql` and `)})`;
  return sql`
    select quoted.id, quoted.questions, case when d.id is not null then json_build_object('title', d.title, 'kind', d.kind,
      'url', d.url, 'updatedAt', to_char(d.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) end as source
    from (
      select s.source_id as id, count(*)::int as questions from question_source s
      where ${quotedIn(asked, span)}${chosen} group by s.source_id
    ) quoted
    left join data_source d on d.id = quoted.id and d.guru_id = ${guruId}
    order by quoted.questions desc, quoted.id`;
}

/** A page of the sources, from 1 on. */
export async function sourcePage(
  db: Reader,
  asked: SourcesAsked,
  span: Span,
  page: number,
): Promise<ListPage<SourceRow>> {
  const { limit, offset } = rowsOf(page);
  const rows = await db.execute<SourceRow & Record<string, unknown>>(sql`
    ${sourcesQuery(asked, span)} limit ${limit} offset ${offset}`);
  return listPage([...rows], page);
}
