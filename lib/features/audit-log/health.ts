import "server-only";
import journal from "@/drizzle/meta/_journal.json";
import { sql } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";

/** Days before the last week of the log ends at which an instance says so. */
const partitionNoticeDays = 7;

export type Health = { isUp: false } | { isUp: true; degraded: string | null };

/** Whether the database answers and stands at this version; never throws. */
export async function health(): Promise<Health> {
  const newest = Math.max(...journal.entries.map((entry) => entry.when));
  try {
    const [row] = await sql()<{ migrated: boolean; isEnding: boolean }[]>`
      select
        coalesce((select max(created_at) >= ${newest} from schema_migration), false) as migrated,
        coalesce((select max(ends) < now() + make_interval(days => ${partitionNoticeDays}) from audit_partitions()), true) as "isEnding"`;
    if (!row?.migrated) return { isUp: false };
    const degraded = row.isEnding
      ? "The weeks made ahead for the audit log run out within seven days. Restart the product, or look into its log for why the daily task fails."
      : null;
    return { isUp: true, degraded };
  } catch (error) {
    logError("the health check", error);
    return { isUp: false };
  }
}
