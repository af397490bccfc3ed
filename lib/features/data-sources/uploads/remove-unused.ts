import "server-only";
import { sql } from "drizzle-orm";
import { inTransaction } from "@/lib/gate/transaction";

/**
 * Removes files that no source was made of within a day, and those that never arrived whole.
 * @returns their number
 */
export async function removeUnusedUploads(): Promise<number> {
  return inTransaction(async (tx) => {
    const gone = await tx.execute(sql`
      delete from upload where id in (
        select id from upload u where created_at < now() - interval '24 hours'
          and not exists (select from data_source s where s.upload_id = u.id)
        limit 20 for update skip locked)
      returning id`);
    return gone.length;
  });
}
