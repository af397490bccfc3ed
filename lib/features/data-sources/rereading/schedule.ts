import "server-only";
import { type SQL, sql } from "drizzle-orm";

/** A repository is looked at twice a day. */
const everyHours = 12;
/** One whose host could not say. */
const soonMinutes = 15;

/**
 * When System looks again whether a source has changed: repositories, and nothing else.
 * @returns an expression of the database's clock, or null
 */
export function rereadAfter(kind: string): SQL | null {
  return kind === "GITHUB_REPO" ? sql`gurulog_now() + make_interval(hours => ${everyHours})` : null;
}

/** When a look is taken again that came to nothing because of passing trouble. */
export function rereadSoon(): SQL {
  return sql`gurulog_now() + make_interval(mins => ${soonMinutes})`;
}
