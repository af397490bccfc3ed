import "server-only";
import { sql } from "@/lib/db/client";
import { exactCount } from "./counts";
import { eventsAt } from "./page-number";
import { sequencesOf } from "./pages";
import type { EventRecordRow } from "./row";
import type { Compiled, FilterScope } from "./where";

interface ApiPage {
  rows: EventRecordRow[];
  /** Exact, of the same snapshot as the rows. */
  total: number;
  /** Sealed indexes by event id; absent for what is not sealed. */
  indexes: Map<string, bigint>;
}

/**
 * Page N of the API with its total, in one snapshot.
 * @param options.limit 0 counts alone
 */
export async function apiPage(
  options: FilterScope & { where: Compiled; offset: number; limit: number },
): Promise<ApiPage> {
  const { orgId, guruScope, where, offset, limit } = options;
  return sql().begin("isolation level repeatable read read only", async (tx) => {
    const scope = { orgId, guruScope };
    // Counting first: reading rows tells the planner to think of few of them.
    const total = await exactCount(tx, scope, where);
    const rows = await eventsAt(tx, scope, where, offset, limit);
    return { rows, total, indexes: await sequencesOf(scope, rows, tx) };
  });
}
