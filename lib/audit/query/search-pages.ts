import "server-only";
import type postgres from "postgres";
import { sql } from "@/lib/db/client";
import type { EventRecordRow } from "./row";
import { searchCoverage } from "./search-segments";
import { eventsAtPlaces } from "./search-steps";
import { SearchWalk, type WalkOptions } from "./search-walk";
import type { TimeCursor } from "./stretches";

interface SearchPage {
  /** Newest first. */
  rows: EventRecordRow[];
  more: boolean;
  /** Where the deadline cut the search; beyond it there may be more. */
  searchedTo?: TimeCursor;
}

/**
 * A page of a search text by keyset: never skips or doubles an event. Looks at one event after the other while matches
 * are frequent, and asks the indexes of the search segments where they are rare. Stops at the deadline and says where.
 * @param options see `WalkOptions`
 * @throws what the database throws
 */
export async function searchPage(options: WalkOptions): Promise<SearchPage> {
  const { where, limit } = options;
  const db = sql();
  const walk = new SearchWalk(options, await searchCoverage(db));
  for (;;) {
    try {
      const rows = await db.begin(
        "isolation level repeatable read read only",
        async (tx: postgres.TransactionSql) => {
          await walk.go(tx);
          return eventsAtPlaces(tx, where, walk.found.slice(0, limit));
        },
      );
      const cut = walk.cutAt;
      return {
        rows,
        more: walk.found.length > limit,
        ...(cut ? { searchedTo: { micros: String(cut.micros), id: cut.id } } : {}),
      };
    } catch (error) {
      // query_canceled: the step's time was up, and with it the transaction.
      const isTimeout = error instanceof Error && "code" in error && error.code === "57014";
      if (!isTimeout || !walk.tryOtherwise()) throw error;
    }
  }
}
