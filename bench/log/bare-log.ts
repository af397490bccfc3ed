import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import type { recordEvents } from "@/lib/audit/record/record";
import type { Runtime } from "@/lib/platform/runtime";
import { asBench } from "./load";

/** A handle that the product's recorder writes through. */
type Recording = Parameters<typeof recordEvents>[0];

/** Connections that write, all of the runtime role. */
export const writers = 8;

/** The log's table once more, with its columns and defaults and nothing else: no index, no trigger, no partitions. */
export interface BareLog {
  /** Writes into the log itself. */
  log: Recording;
  /** Writes into the bare table: the recorder names its table without a schema, so the search path chooses it. */
  bare: Recording;
  close(): Promise<void>;
}

const schema = "bench_bare";

export async function openBareLog(runtime: Runtime): Promise<BareLog> {
  await asBench(runtime, async (sql) => {
    await dropBare(sql);
    await sql.begin(async (tx) => {
      await tx`create schema ${tx(schema)}`;
      await tx`create table ${tx(schema)}.audit_event (like public.audit_event including defaults including constraints)`;
      await tx`grant usage on schema ${tx(schema)} to ${tx(runtime.roles.app)}`;
      await tx`grant select, insert on ${tx(schema)}.audit_event to ${tx(runtime.roles.app)}`;
    });
  });
  const pools = ["public", `${schema}, public`].map((path) =>
    postgres(runtime.urls.app, {
      max: writers,
      onnotice: () => {},
      connection: { application_name: "gurulog bench writer", TimeZone: "UTC", search_path: path },
    }),
  );
  const [log, bare] = pools.map((pool) => drizzle(pool));
  if (!log || !bare) throw new Error("unreachable: two pools were opened");
  return {
    log,
    bare,
    async close() {
      for (const pool of pools) await pool.end({ timeout: 5 });
      await asBench(runtime, dropBare);
    },
  };
}

async function dropBare(sql: postgres.Sql): Promise<void> {
  await sql`drop schema if exists ${sql(schema)} cascade`;
}
