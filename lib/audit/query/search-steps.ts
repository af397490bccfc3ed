import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type EventRecordRow, eventColumns, newestFirst } from "./row";
import { type Search, segmentCondition } from "./search";
import type { Direction } from "./stretches";
import { Binder, type Compiled } from "./where";

/** Place in the order of time, next to which a search goes on; with the id of zeros it is the bare moment. */
export interface SearchPlace {
  micros: bigint;
  id: string;
}

export const noId = "00000000-0000-0000-0000-000000000000";

/** A part of the log that a step looks through, from a place on in one direction. */
export interface Stretch {
  direction: Direction;
  /** Null: from the very end of the log. */
  at: SearchPlace | null;
  /** The moment where it ends, itself included going back and excluded going forth; null: the other end of the log. */
  end: bigint | null;
}

export interface Searched {
  found: SearchPlace[];
  /** Events looked at, of those that the rest of the filter chooses; null: not known. */
  scanned: number | null;
  /** How many of them the rest of the filter chooses. */
  chosen?: number;
  /** Where it stopped short of the end of the stretch. */
  stoppedAt: SearchPlace | null;
}

type SearchCompiled = Compiled & { search: Search };

const micros = "(extract(epoch from e.occurred_at) * 1000000)::bigint::text";

/**
 * Looks at one event after the other, whatever the filter.
 * @param rows events to look at, at most
 * @param wanted matches that are enough
 */
export async function scanInOrder(
  tx: AnySql,
  where: SearchCompiled,
  stretch: Stretch,
  { rows, wanted, timeoutMs }: { rows: number; wanted: number; timeoutMs: number },
): Promise<Searched> {
  const b = new Binder(where.params);
  const conditions = [where.search.anything, ...stretchConditions(b, stretch)];
  const [, seen] = await Promise.all([
    planFor(tx, "any", timeoutMs),
    tx.unsafe<{ micros: string; id: string; hit: boolean; n: string; chosen: string }[]>(
      `select s.* from (
        select ${micros} as micros, e.id, (${where.text}) is true as hit, row_number() over () as n,
          count(*) filter (where ${where.search.rest}) over (rows unbounded preceding) as chosen
        from (select * from audit_event e where ${conditions.join(" and ")} order by ${orderOf(stretch)} limit ${rows}) e
      ) s where s.hit or s.n = ${rows} limit ${wanted}`,
      b.params,
    ),
  ]);
  const places = seen.map((row) => ({ ...row, place: { micros: BigInt(row.micros), id: row.id } }));
  const last = places.at(-1);
  const isCut = last !== undefined && (places.length === wanted || Number(last.n) === rows);
  return {
    found: places.filter((row) => row.hit).map((row) => row.place),
    scanned: isCut ? Number(last.n) : null,
    ...(isCut ? { chosen: Number(last.chosen) } : {}),
    stoppedAt: isCut ? last.place : null,
  };
}

/**
 * Finds the matches of a stretch by the index of the search, which must cover it: of a part of a week, or of whole weeks.
 * @param candidates events that the index may name, at most
 * @returns null when it names more
 */
export async function askIndex(
  tx: AnySql,
  where: SearchCompiled,
  stretch: Stretch,
  { candidates, wanted, timeoutMs }: { candidates: number; wanted: number; timeoutMs: number },
): Promise<Searched | null> {
  const b = new Binder(where.params);
  const named = [segmentCondition(b, where.search.q), ...stretchConditions(b, stretch)];
  const [, rows] = await Promise.all([
    planFor(tx, "bitmap", timeoutMs),
    // Whether all of them were seen is told by a row of its own: without an order the limit cuts anywhere.
    tx.unsafe<{ micros: string; id: string; is_over: boolean }[]>(
      `select ${micros} as micros, e.id, e.n > ${candidates} as is_over from (
        select *, row_number() over () as n
        from (select * from audit_event e where ${named.join(" and ")} limit ${candidates + 1}) e
      ) e
      where e.n > ${candidates} or (${where.text}) order by is_over desc, ${orderOf(stretch)} limit ${wanted}`,
      b.params,
    ),
  ]);
  return rows[0]?.is_over ? null : byIndex(rows, wanted);
}

/** The same by the indexes of the search and of the other filters together. */
export async function askIndexes(
  tx: AnySql,
  where: SearchCompiled,
  stretch: Stretch,
  { wanted, timeoutMs }: { wanted: number; timeoutMs: number },
): Promise<Searched> {
  const b = new Binder(where.params);
  const conditions = [where.text, segmentCondition(b, where.search.q), ...stretchConditions(b, stretch)];
  const [, rows] = await Promise.all([
    planFor(tx, "bitmap", timeoutMs),
    tx.unsafe<{ micros: string; id: string }[]>(
      `select ${micros} as micros, e.id from audit_event e
      where ${conditions.join(" and ")} order by ${orderOf(stretch)} limit ${wanted}`,
      b.params,
    ),
  ]);
  return byIndex(rows, wanted);
}

function byIndex(rows: { micros: string; id: string }[], wanted: number): Searched {
  const found = rows.map((row) => ({ micros: BigInt(row.micros), id: row.id }));
  return { found, scanned: null, stoppedAt: found.length === wanted ? (found.at(-1) ?? null) : null };
}

/** The events at places that were found, newest first. */
export async function eventsAtPlaces(
  tx: AnySql,
  where: Compiled,
  places: SearchPlace[],
): Promise<EventRecordRow[]> {
  if (places.length === 0) return [];
  const b = new Binder(where.params);
  const sorted = places.map((p) => p.micros).sort((x, y) => (x < y ? -1 : 1));
  const ids = b.bind(
    places.map((p) => p.id),
    "uuid[]",
  );
  const times = b.bind(
    places.map((p) => String(p.micros)),
    "text[]",
  );
  const [, rows] = await Promise.all([
    planFor(tx, "any", 2_000),
    tx.unsafe<EventRecordRow[]>(
      `select ${eventColumns} from unnest(${times}::bigint[], ${ids}) k (micros, id)
      join audit_event e on e.occurred_at = timestamptz 'epoch' + k.micros * interval '1 microsecond' and e.id = k.id
      where ${where.text} and e.occurred_at between ${instant(sorted[0] ?? 0n)} and ${instant(sorted.at(-1) ?? 0n)}
      order by ${newestFirst}`,
      b.params,
    ),
  ]);
  return rows;
}

/** Limits the statements that follow; the planner chooses as it likes. */
export const limitSteps = (tx: AnySql, timeoutMs: number) => planFor(tx, "any", timeoutMs);

/** Sent together with the statement it is for, so that it costs no round trip of its own. */
function planFor(tx: AnySql, plan: "any" | "bitmap", timeoutMs: number) {
  const others = plan === "any" ? "on" : "off";
  return tx`
    select set_config('statement_timeout', ${String(Math.max(1, Math.ceil(timeoutMs)))}, true),
      set_config('enable_seqscan', ${others}, true), set_config('enable_indexscan', ${others}, true),
      set_config('enable_indexonlyscan', ${others}, true), set_config('max_parallel_workers_per_gather', '0', true),
      set_config('jit', 'off', true), set_config('random_page_cost', '1.1', true)`;
}

function stretchConditions(b: Binder, { direction, at, end }: Stretch): string[] {
  const conditions: string[] = [];
  if (at !== null && at.id === noId) {
    conditions.push(`e.occurred_at ${direction === "older" ? "<" : ">="} ${instant(at.micros)}`);
  } else if (at !== null) {
    const [bound, beyond] = direction === "older" ? ["<=", "<"] : [">=", ">"];
    const moment = instant(at.micros);
    conditions.push(
      `e.occurred_at ${bound} ${moment} and (e.occurred_at, e.id) ${beyond} (${moment}, ${b.bind(at.id, "uuid")})`,
    );
  }
  if (end !== null) conditions.push(`e.occurred_at ${direction === "older" ? ">=" : "<"} ${instant(end)}`);
  return conditions;
}

const orderOf = ({ direction }: Stretch) => (direction === "older" ? newestFirst : "e.occurred_at, e.id");

/**
 * A moment as a constant of the statement: only by constants are weeks and indexes of parts of a week chosen while it is
 * planned, and a parameter of this type the driver would cut to milliseconds.
 */
function instant(micros: bigint): string {
  const rest = ((micros % 1_000n) + 1_000n) % 1_000n;
  const ms = new Date(Number((micros - rest) / 1_000n)).toISOString();
  return `timestamptz '${ms.replace("Z", `${rest.toString().padStart(3, "0")}Z`)}'`;
}
