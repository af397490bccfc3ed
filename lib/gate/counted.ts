import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { allEvents, eventOfAction } from "@/lib/audit/catalogue/registry";
import type { EventInput } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import { storedEvent } from "@/lib/audit/record/shape";
import type { Tx } from "@/lib/db/client";
import { cleanJson, cleanText } from "@/lib/platform/clean-text";
import { sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";

export type CountedKind = "throttled" | "access.denied" | "api_key.rejected" | "webhook.rejected";

const longestKey = 200;

/** What is told apart, as it is kept; where it is too long a digest sees to it that no two become one. */
function counterKey(text: string): string {
  const clean = cleanText(text);
  if (clean.length <= longestKey) return clean;
  return `${cleanText(clean, longestKey - 65)} ${sha256(clean).toString("hex")}`;
}

/**
 * Counts an act of which a stranger can make any number. The first of its minute is written at once (a throttled try is
 * not), the further ones become one event with their count when the minute closes. Durable: the count stands in the
 * transaction of the refusal, so events and counts add up to the tries, also after a crash.
 * @param by whom the counting tells apart (a principal, an address)
 * @param target what it is told apart by besides
 * @throws when the event is not what the catalogue says: then, and not when the minute closes
 */
export async function recordCounted(
  tx: Tx,
  kind: CountedKind,
  by: string,
  target: string,
  event: EventInput,
): Promise<void> {
  const { env, version } = runtime();
  if (!env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) return;
  storedEvent(event, version);
  const { definition, ...rest } = event;
  const stored = JSON.stringify(cleanJson({ ...rest, action: definition.action }));
  const key = { by: counterKey(by), target: counterKey(target) };
  // One reading of the clock for the whole row: its minute must be the minute of its times.
  const [row] = await tx.execute<{ count: number; minute: string }>(sql`
    with clock as materialized (select gurulog_now() as now)
    insert into audit_counter as c (kind, principal, target, minute, count, first_at, last_at, event)
    select ${kind}, ${key.by}, ${key.target}, date_trunc('minute', now), 1, now, now, ${stored}::text::jsonb from clock
    on conflict (kind, principal, target, minute) do update set
      count = c.count + 1,
      last_at = greatest(c.last_at, excluded.last_at),
      -- The first one has its own event: the summary's span begins with the second.
      first_at = case
        when c.count = 1 and c.kind <> 'throttled' then excluded.first_at
        else least(c.first_at, excluded.first_at) end
    returning count, minute::text`);
  if (row?.count !== 1 || kind === "throttled") return;
  const [first] = await recordEvents(tx, [event]);
  if (!first) return;
  await tx.execute(sql`
    update audit_counter set first_event_id = ${first.id}
    where kind = ${kind} and principal = ${key.by} and target = ${key.target} and minute = ${row.minute}::timestamptz`);
}

/**
 * Writes one event for each counter whose minute is over. Runs each minute and at start; deletion and event are one
 * transaction, so a crash neither loses nor doubles a count. While logging is off, counts of before wait: they are
 * written when it is on again. So do those of an event that this version does not know.
 * @returns the number of counters closed
 */
export async function closeCounters(tx: Tx): Promise<number> {
  return closeSome(
    tx,
    sql`select kind, principal, target, minute from audit_counter
      where minute < date_trunc('minute', gurulog_now()) and ${isOfKnownEvent()}
      order by minute limit 500 for update skip locked`,
  );
}

/**
 * Closes the counters that name a person, whether or not their minute is over: an erasure then finds events of them and
 * nothing else. What cannot be closed (logging is off, an event of another version) is dropped.
 * @param tx under the person's lock, so that no further one appears
 * @param accountId null where an address without an account is meant
 * @param addresses e-mail addresses as `audit_person_addresses` gives them
 */
export async function closeCountersNaming(
  tx: Tx,
  accountId: string | null,
  addresses: readonly string[],
): Promise<void> {
  const naming = sql`select kind, principal, target, minute from audit_counter
    where (event ->> 'accountId' = ${accountId}::text or event ->> 'targetId' = ${accountId}::text
      or exists (
        select from audit_texts(jsonb_build_array(target, event)) t
        where audit_names_address(t, (select audit_address_pattern(array(
          select jsonb_array_elements_text(${JSON.stringify(addresses)}::text::jsonb)))))))`;
  while (
    (await closeSome(tx, sql`${naming} and ${isOfKnownEvent()} order by minute limit 500 for update`)) > 0
  );
  await tx.execute(sql`delete from audit_counter where (kind, principal, target, minute) in (${naming})`);
}

function isOfKnownEvent(): SQL {
  const known = JSON.stringify(allEvents.map((event) => event.action));
  return sql`event ->> 'action' in (select jsonb_array_elements_text(${known}::text::jsonb))`;
}

/** @param keys a query that chooses and locks the counters to close */
async function closeSome(tx: Tx, keys: SQL): Promise<number> {
  if (!runtime().env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) return 0;
  const rows = await tx.execute<{
    kind: CountedKind;
    count: number;
    first_at: string;
    last_at: string;
    event: Omit<EventInput, "definition"> & { action: string };
    first_event_id: string | null;
  }>(sql`
    delete from audit_counter where (kind, principal, target, minute) in (${keys})
    returning kind, count, event, first_event_id,
      to_char(first_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first_at,
      to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last_at`);
  const events: EventInput[] = [];
  for (const row of rows) {
    const count = row.kind === "throttled" ? row.count : row.count - 1;
    if (count === 0) continue;
    const { action, ...rest } = row.event;
    const definition = eventOfAction(action);
    if (!definition) throw new Error(`a counter of the unknown event ${action} was taken`);
    const details = { ...rest.details, count, firstAt: row.first_at, lastAt: row.last_at };
    events.push({ ...rest, definition, details, cause: row.first_event_id });
  }
  await recordEvents(tx, events);
  return rows.length;
}
