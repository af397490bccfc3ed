import "server-only";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { runtime } from "@/lib/platform/runtime";
import * as accounts from "./schema/accounts";
import * as analytics from "./schema/analytics";
import * as backfillJobs from "./schema/backfill-jobs";
import * as code from "./schema/code";
import * as crawls from "./schema/crawls";
import * as doors from "./schema/doors";
import * as excelJobs from "./schema/excel-jobs";
import * as gate from "./schema/gate";
import * as gurus from "./schema/gurus";
import * as integrations from "./schema/integrations";
import * as joining from "./schema/joining";
import * as secrets from "./schema/secrets";

export const schema = {
  ...accounts,
  ...gurus,
  ...gate,
  ...joining,
  ...secrets,
  ...crawls,
  ...code,
  ...excelJobs,
  ...backfillJobs,
  ...doors,
  ...integrations,
  ...analytics,
};
export type Schema = typeof schema;

export type Sql = postgres.Sql;
/** A handle that reads; business code gets no other outside the gate. */
export type ReadDb = Pick<
  PostgresJsDatabase<Schema>,
  "select" | "selectDistinct" | "query" | "execute" | "$count"
>;
export type Db = PostgresJsDatabase<Schema>;
/** The handle inside the gate's transaction. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

interface Handles {
  sql: Sql;
  db: Db;
}

const slot = Symbol.for("gurulog.db");
const holder = globalThis as { [slot]?: Map<string, Handles> };

/** A hung store must refuse, not freeze: every statement ends, the recording of an event too. Milliseconds. */
export const patienceMs = {
  statement_timeout: 15_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 60_000,
} as const;

/**
 * Opens a pool.
 * @param url whose role it works as
 * @param max connections
 * @param options.pooled the URL may lead to a transaction pool. PgBouncer refuses whoever asks for time limits when
 *   connecting; the gate then sets them in each transaction.
 * @param options.settings of the database, for each connection
 */
export function openPool(
  url: string,
  max: number,
  options: { prepare?: boolean; name?: string; pooled?: boolean; settings?: Record<string, string> } = {},
): Sql {
  return postgres(url, {
    max,
    prepare: options.prepare ?? true,
    // PgBouncer gives the server's connection away at the end of a COMMIT, though a statement follows it in the pipe.
    ...(options.pooled ? { max_pipeline: 0 } : {}),
    onnotice: () => {},
    idle_timeout: 300,
    connect_timeout: 10,
    connection: {
      application_name: options.name ?? "gurulog",
      TimeZone: "UTC",
      ...(options.pooled ? {} : patienceMs),
      ...options.settings,
    },
  });
}

function handles(): Handles {
  const url = runtime().urls.app;
  const pools: Map<string, Handles> = holder[slot] ?? new Map();
  holder[slot] = pools;
  let found = pools.get(url);
  if (!found) {
    const prepare = runtime().env.GURULOG_DATABASE_PREPARE;
    const sql = openPool(url, 10, { prepare, pooled: !prepare, name: "gurulog web" });
    found = { sql, db: drizzle(sql, { schema }) };
    pools.set(url, found);
  }
  return found;
}

/** The runtime role's pool, for reads. Only the gate may write through it. */
export const db = (): Db => handles().db;
export const readDb = (): ReadDb => handles().db;
/** The raw driver on the same pool, for the log's own reads. */
export const sql = (): Sql => handles().sql;

/** A transaction of drizzle, or a pool of it. */
export type DriverHolder = { _: object };

/**
 * The driver's own handle of a drizzle transaction, for statements that are the driver's. Semi-private in drizzle; a test
 * of the queue pins it.
 */
export function driverOf(tx: DriverHolder): Sql {
  return (tx as unknown as { _: { session: { client: Sql } } })._.session.client;
}

/** Ends every pool of this module graph. */
export async function closePools(): Promise<void> {
  const pools = [...(holder[slot]?.values() ?? [])];
  holder[slot]?.clear();
  await Promise.all(pools.map((p) => p.sql.end({ timeout: 5 })));
}
