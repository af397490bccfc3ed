import "server-only";
import { getTableColumns, getTableName, sql } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";

/** Days before the last week of the log ends at which an instance says so. */
const partitionNoticeDays = 7;

type Health = { isUp: false } | { isUp: true; degraded: string | null };

const logTables = [
  "audit_event",
  "audit_outbox",
  "audit_head",
  "audit_seal_tail",
  "audit_tile",
  "audit_rollup",
  "audit_facet",
  "audit_kind_seen",
  "audit_config",
];

/** Every column that this version works on, and the tables of the log. */
const needed = [
  ...Object.values(schema).flatMap((table) =>
    Object.values(getTableColumns(table)).map((column) => ({
      table: getTableName(table),
      column: column.name,
    })),
  ),
  ...logTables.map((table) => ({ table, column: table === "audit_config" ? "retention_days" : "org_id" })),
];

/**
 * Whether the database answers and has what this version needs; never throws. The runtime role may not read the list of
 * migrations, so their effect is looked at, which the database's catalogue shows to everyone.
 */
export async function health(): Promise<Health> {
  try {
    const [row] = await readDb().execute<{ missing: number; is_ending: boolean }>(sql`
      select
        (select count(*)::int
         from jsonb_to_recordset(${JSON.stringify(needed)}::text::jsonb) n ("table" text, "column" text)
         where not exists (
           select from pg_attribute a
           where a.attrelid = to_regclass('public.' || quote_ident(n."table")) and a.attname = n."column"
             and not a.attisdropped)) as missing,
        coalesce(
          (select max(ends) < now() + make_interval(days => ${partitionNoticeDays}) from audit_partitions()),
          true) as is_ending`);
    if (row?.missing !== 0) return { isUp: false };
    const degraded = row.is_ending
      ? "The weeks made ahead for the audit log run out within seven days. Restart the product, or look into its log for why the daily task fails."
      : null;
    return { isUp: true, degraded };
  } catch (error) {
    logError("the health check", error);
    return { isUp: false };
  }
}
