import "server-only";
import { sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";

/** Time for one way of searching, in milliseconds. */
const patienceMs = 4_000;

/**
 * Runs one way of searching with a time limit of its own.
 * @returns null when it ran out of time: nobody knows then what there is to find
 */
export async function inTime<T>(tx: Tx, search: (inner: Tx) => Promise<Iterable<T>>): Promise<T[] | null> {
  try {
    return await tx.transaction(async (inner) => {
      const [before] = await inner.execute<{ limit: string }>(
        sql`select current_setting('statement_timeout') as limit`,
      );
      await inner.execute(sql`select set_config('statement_timeout', ${`${patienceMs}ms`}, true)`);
      const rows = [...(await search(inner))];
      await inner.execute(sql`select set_config('statement_timeout', ${before?.limit ?? "15s"}, true)`);
      return rows;
    });
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/** 57014: the statement was cancelled. */
function isTimeout(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if ("code" in e && e.code === "57014") return true;
  return false;
}
