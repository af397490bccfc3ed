import "server-only";
import { sql } from "@/lib/db/client";
import { isOverdue, within } from "./deadline";
import { eventsPage } from "./pages";
import type { EventPlace } from "./slices";
import type { Compiled } from "./where";

/** As many as are worth telling apart; a page of rows finds them, so asking again and again stays cheap. */
const mostNewer = 100;
const deadlineMs = 250;

/**
 * How many events of a filter are newer than a place.
 * @returns at most `mostNewer`, `exact: false` when there are more; null when the deadline came first
 */
export async function countNewer(
  where: Compiled,
  after: EventPlace,
): Promise<{ count: number; exact: boolean } | null> {
  try {
    return await sql().begin("isolation level repeatable read read only", async (tx) => {
      const page = await within(tx, deadlineMs, () =>
        eventsPage({ where, limit: mostNewer, cursor: after, direction: "newer", db: tx }),
      );
      return { count: page.rows.length, exact: !page.more };
    });
  } catch (error) {
    if (isOverdue(error)) return null;
    throw error;
  }
}
