import { setTimeout as delay } from "node:timers/promises";
import postgres from "postgres";
import { errorCode, StartError } from "../serve/start-error";
import { listTables } from "./catalog";
import { qualified, type TableShape } from "./format";
import { copySettings } from "./table-copy";

/** Below deadlock_timeout, so that in a dead-lock with a cleanup it is always we who give way. */
const lockTimeoutMs = 400;
const retryMs = 250;

interface SnapshotOptions {
  /** A login that may read every table. */
  readonly url: string;
  /** Role to become first, where the login itself owns nothing. */
  readonly role?: string | undefined;
  /** How long to try while others hold the tables, in milliseconds. */
  readonly patienceMs?: number;
}

/**
 * Runs work on one state of the whole database: a read-only repeatable-read transaction that holds every table in ACCESS
 * SHARE, the lock of any reader. It waits for nobody while it holds some of them: a table that is not to be had at once
 * (a cleanup drops a week, a start migrates) makes it let go of all and begin again.
 *
 * @throws StartError when the tables are not to be had within the patience, or the server goes away
 */
export async function onSnapshot<T>(
  options: SnapshotOptions,
  work: (sql: postgres.ISql, tables: TableShape[]) => Promise<T>,
): Promise<T> {
  const sql = postgres(options.url, {
    max: 1,
    max_lifetime: null,
    idle_timeout: 0,
    prepare: false,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: "gurulog backup", ...copySettings, lock_timeout: lockTimeoutMs },
  });
  let finished = false;
  let pid: number | undefined;
  try {
    if (options.role !== undefined) await sql`set role ${sql(options.role)}`.simple();
    const [me] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    pid = me?.pid;
    const tables = await lockAll(sql, Date.now() + (options.patienceMs ?? 60_000));
    const result = await work(sql, tables);
    await sql.unsafe("commit");
    finished = true;
    return result;
  } finally {
    if (!finished && pid !== undefined) await endSession(options.url, pid);
    await sql.end({ timeout: 1 });
  }
}

async function lockAll(sql: postgres.Sql, deadline: number): Promise<TableShape[]> {
  for (;;) {
    await sql.unsafe("begin isolation level repeatable read read only");
    try {
      const tables = await listTables(sql);
      if (tables.length > 0) {
        await sql.unsafe(`lock table only ${tables.map(qualified).join(", only ")} in access share mode`);
      }
      return tables;
    } catch (error) {
      await sql.unsafe("rollback");
      // Locked by another, in a dead-lock with it, or dropped since we looked.
      if (!["55P03", "40P01", "42P01"].includes(errorCode(error) ?? "")) throw error;
      if (Date.now() > deadline) {
        throw new StartError(
          "The database's tables are being changed (a start that migrates?). Try again when it is done.",
          { cause: error },
        );
      }
      await delay(retryMs);
    }
  }
}

/** A copy that was left early goes on at the server until its session is ended from outside. */
async function endSession(url: string, pid: number): Promise<void> {
  const other = postgres(url, { max: 1, prepare: false, connect_timeout: 5, onnotice: () => {} });
  try {
    await other`select pg_terminate_backend(${pid})`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error; // else the server is gone, and with it the session
  } finally {
    await other.end({ timeout: 1 });
  }
}
