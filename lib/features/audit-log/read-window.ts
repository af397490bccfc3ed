import "server-only";
import { sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";

/** Within this a repeated read of the same kind is not recorded again. */
const windowMinutes = 10;

/**
 * Opens a window of ten minutes, unless one is open. Parallel reads wait for each other here.
 * @param digest what tells reads of one reader apart
 * @returns true at the window's first read, which is the one that is recorded
 */
export async function opensWindow(
  tx: Tx,
  kind: "audit.viewed" | "audit.fetch",
  principal: string,
  digest: Buffer,
): Promise<boolean> {
  const opened = await tx.execute(sql`
    insert into read_window as w (kind, principal, digest, started_at)
    values (${kind}, ${principal}, ${digest}, gurulog_now())
    on conflict (kind, principal, digest) do update set started_at = excluded.started_at
    where w.started_at <= excluded.started_at - make_interval(mins => ${windowMinutes})
    returning kind`);
  return [...opened].length > 0;
}
