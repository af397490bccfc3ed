import "server-only";
import { sql } from "drizzle-orm";
import { inTransaction } from "@/lib/gate/transaction";

/**
 * Removes files that no source and no Excel job was made of within a day, and those that never arrived whole.
 * @returns their number
 */
export async function removeUnusedUploads(): Promise<number> {
  return inTransaction(async (tx) => {
    const unused = await tx.execute<{ id: string }>(sql`
      select id from upload u where created_at < now() - interval '24 hours'
        and not exists (select from data_source s where s.upload_id = u.id)
        and not exists (select from excel_job j where j.upload_id = u.id)
      limit 20 for update skip locked`);
    const ids = unused.map(({ id }) => id);
    // A source, or a job, may have been made since that statement began, until its lock; only a later statement sees it. Whoever makes
    // one takes the same lock, so from here on nobody does.
    const gone = await tx.execute(sql`
      delete from upload u
      where id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb)::uuid)
        and not exists (select from data_source s where s.upload_id = u.id)
        and not exists (select from excel_job j where j.upload_id = u.id)
      returning id`);
    return gone.length;
  });
}
