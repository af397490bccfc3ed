import "server-only";
import { sql } from "drizzle-orm";
import type { EventInput } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import { eventOfAction } from "@/lib/audit/catalogue/registry";
import type { Tx } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";

export type CountedKind = "throttled" | "access.denied" | "api_key.rejected";

/**
 * Counts an act of which a stranger can make any number. The first of its minute is written at once (a throttled try is
 * not), the further ones become one event with their count when the minute closes. Durable: the count stands in the
 * transaction of the refusal, so events and counts add up to the tries, also after a crash.
 * @param by whom the counting tells apart (a principal, an address)
 * @param target what it is told apart by besides
 */
export async function recordCounted(tx: Tx, kind: CountedKind, by: string, target: string, event: EventInput): Promise<void> {
  if (!runtime().env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) return;
  const { definition, ...rest } = event;
  const stored = JSON.stringify({ ...rest, action: definition.action });
  const [row] = await tx.execute<{ count: number }>(sql`
    insert into audit_counter as c (kind, principal, target, minute, count, first_at, last_at, event)
    values (${kind}, ${by.slice(0, 200)}, ${target.slice(0, 200)}, date_trunc('minute', gurulog_now()), 1, gurulog_now(), gurulog_now(), ${stored}::text::jsonb)
    on conflict (kind, principal, target, minute) do update set
      count = c.count + 1,
      last_at = excluded.last_at,
      -- The first one has its own event: the summary's span begins with the second.
      first_at = case when c.count = 1 and c.kind <> 'throttled' then excluded.first_at else c.first_at end
    returning count`);
  if (row?.count !== 1 || kind === "throttled") return;
  const [first] = await recordEvents(tx, [event]);
  if (!first) return;
  await tx.execute(sql`
    update audit_counter set first_event_id = ${first.id}
    where kind = ${kind} and principal = ${by.slice(0, 200)} and target = ${target.slice(0, 200)}
      and minute = date_trunc('minute', gurulog_now())`);
}

/**
 * Writes one event for each counter whose minute is over. Runs each minute and at start; deletion and event are one
 * transaction, so a crash neither loses nor doubles a count.
 * @returns the number of counters closed
 */
export async function closeCounters(tx: Tx): Promise<number> {
  const rows = await tx.execute<{
    kind: CountedKind;
    count: number;
    first_at: string;
    last_at: string;
    event: Omit<EventInput, "definition"> & { action: string };
    first_event_id: string | null;
  }>(sql`
    delete from audit_counter where (kind, principal, target, minute) in (
      select kind, principal, target, minute from audit_counter
      where minute < date_trunc('minute', gurulog_now()) order by minute limit 500 for update skip locked)
    returning kind, count, event, first_event_id,
      to_char(first_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first_at,
      to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_at`);
  const events: EventInput[] = [];
  for (const row of rows) {
    const count = row.kind === "throttled" ? row.count : row.count - 1;
    const { action, ...rest } = row.event;
    const definition = eventOfAction(action);
    if (count === 0 || !definition) continue;
    const details = { ...rest.details, count, firstAt: row.first_at, lastAt: row.last_at };
    events.push({ ...rest, definition, details, cause: row.first_event_id });
  }
  await recordEvents(tx, events);
  return rows.length;
}
