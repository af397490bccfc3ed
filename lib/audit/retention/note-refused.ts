import "server-only";
import type postgres from "postgres";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import type { RefusedWeek } from "./partitions";

const shown = 3;

/**
 * Says that tables stand beside the log which pass for its weeks and which a cleanup does not take, or that there are none
 * any more. While one stands nobody can be erased: it may hold what is to go.
 */
export async function noteRefused(sql: postgres.Sql, refused: readonly RefusedWeek[]): Promise<void> {
  if (refused.length === 0) {
    await clearTrouble(sql, "cleanup_refused");
    return;
  }
  const named = refused
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"))
    .slice(0, shown)
    .map(({ name, reason }) => `${name} (${reason.slice(0, 200)})`);
  const more = refused.length > shown ? ` and ${refused.length - shown} more` : "";
  await noteTrouble(sql, "cleanup_refused", `The cleanup does not take ${named.join(", ")}${more}.`);
}
