import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type EventRecordRow, eventColumns, newestFirst } from "./row";
import { Binder, type Compiled } from "./where";

/**
 * Page N of the API, newest first.
 * @param offset events before it
 */
export async function eventsAt(
  db: AnySql,
  where: Compiled,
  offset: number,
  limit: number,
): Promise<EventRecordRow[]> {
  if (where.impossible) return [];
  const b = new Binder(where.params);
  const skip = b.bind(String(offset), "bigint");
  // The keys first: what is skipped is never fetched whole.
  return db.unsafe<EventRecordRow[]>(
    `select ${eventColumns}
    from (
      select e.occurred_at, e.id from audit_event e where ${where.text} order by ${newestFirst} offset ${skip} limit ${limit}
    ) k
    join audit_event e on e.occurred_at = k.occurred_at and e.id = k.id
    order by ${newestFirst}`,
    b.params,
  );
}
