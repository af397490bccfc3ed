import "server-only";
import postgres from "postgres";
import { NotChecked } from "../verify/not-checked";
import { weeksBeside } from "./kept-events";

/** One state of the database, seen by any number of connections. */
export interface Snapshot {
  /** The connection that holds it. */
  sql: postgres.Sql;
  /** By which others see the same (`pg_export_snapshot`). */
  name: string;
  /** Weeks beside the log (`weeksBeside`): they stand as long as the snapshot does. */
  beside: string[];
  close(): Promise<void>;
}

function connect(url: string): postgres.Sql {
  return postgres(url, {
    max: 1,
    max_lifetime: null, // a fresh connection would be outside the transaction
    idle_timeout: 0,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: "gurulog verification",
      TimeZone: "UTC",
      DateStyle: "ISO, YMD", // what `timeOfCopy` reads, however the database is set
      statement_timeout: 0,
      lock_timeout: 60_000,
      idle_in_transaction_session_timeout: 0,
    },
  });
}

/** A cleanup has one moment in which what it holds changes, and not many weeks. */
const mostTimes = 10;
const codes = { isGone: "42P01", waitedTooLong: "55P03", isRefused: "42501" };
const begin = "begin isolation level repeatable read read only";

/** Takes a snapshot. @param url reaches Postgres itself: behind a transaction pool it would belong to somebody else */
export async function takeSnapshot(url: string): Promise<Snapshot> {
  const sql = connect(url);
  try {
    for (let times = 0; times < mostTimes; times++) {
      const taken = await takeAround(sql);
      if (taken) return { sql, ...taken, close: () => sql.end({ timeout: 5 }) };
    }
    throw new NotChecked("A cleanup of the log is at work. Try again when it is done.");
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
}

/**
 * Holds the log and the weeks beside it, then takes the snapshot: from here on a cleanup waits. One that took a week away
 * between the snapshot and the first look at its events would leave them missing, with no record that this snapshot sees.
 * @returns null when a cleanup went on meanwhile: what stands beside the log is not what is held
 */
async function takeAround(sql: postgres.Sql): Promise<Pick<Snapshot, "name" | "beside"> | null> {
  const sharing = await shareWeeks(sql);
  if (!sharing) return null;
  const held = await weeksBeside(sql);
  await sql.unsafe(begin);
  try {
    for (const table of ["only audit_event", ...held])
      await sql.unsafe(`lock table ${table} in access share mode`);
  } catch (error) {
    await sql.unsafe("rollback");
    if (codeOf(error) === codes.isGone || waitedTooLong(error)) return null;
    if (codeOf(error) === codes.isRefused)
      throw new NotChecked(
        "This database user may not read the weeks that a cleanup is about to remove. Try again when the cleanup is done.",
        { cause: error },
      );
    throw error;
  }
  // The first query, which fixes what this transaction sees.
  const beside = await weeksBeside(sql);
  if (beside.join() !== held.join()) {
    await sql.unsafe("rollback");
    return null;
  }
  const [row] = await sql<{ name: string }[]>`select pg_export_snapshot() as name`;
  if (!row) throw new Error("the database gives no snapshot");
  return { name: row.name, beside };
}

/**
 * Keeps cleanups from asking for the tables of weeks until this connection ends: the verification's other connections ask
 * for them later, and would queue behind the cleanup that waits for this one. A lock of the session, since a query within
 * the transaction would fix what it sees. @returns false when a cleanup had it too long
 */
async function shareWeeks(sql: postgres.Sql): Promise<boolean> {
  try {
    await sql`select pg_advisory_lock_shared(hashtext('gurulog.weeks'))`;
    return true;
  } catch (error) {
    if (waitedTooLong(error)) return false;
    throw error;
  }
}

function waitedTooLong(error: unknown): boolean {
  return codeOf(error) === codes.waitedTooLong;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Another connection in the same state. @param name of a snapshot whose holder is still open */
export async function joinSnapshot(url: string, name: string): Promise<postgres.Sql> {
  const sql = connect(url);
  try {
    await sql.unsafe(begin);
    // The name is the server's own; it takes no parameter.
    if (!/^[0-9A-F-]+$/.test(name)) throw new Error("not a snapshot's name");
    await sql.unsafe(`set transaction snapshot '${name}'`);
    await sql.unsafe("set local jit = off");
    await sql.unsafe("set local max_parallel_workers_per_gather = 0");
    return sql;
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
}
