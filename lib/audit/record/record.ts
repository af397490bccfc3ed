import "server-only";
import { type DriverHolder, driverOf } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";
import type { EventInput, Recorded } from "./event-input";
import { type StoredEvent, storedEvent } from "./shape";

/**
 * Writes events into the log: the only writer. Runs in the transaction of the act, so that neither stands without the
 * other; an error here must reach the caller's transaction (no catch around it, ever).
 * @param tx the gate's transaction
 * @param inputs in the order in which they are to stand; the first may be the cause of the others
 * @returns id and time of each, null for those left out because logging is switched off
 */
export async function recordEvents(
  tx: DriverHolder,
  inputs: readonly EventInput[],
): Promise<(Recorded | null)[]> {
  const { env, version, demoClock } = runtime();
  const kept = inputs.filter((i) => env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED || i.definition.always);
  if (kept.length === 0) return inputs.map(() => null);
  const rows = kept.map((i) =>
    storedEvent(demoClock ? { ...i, details: { ...i.details, demo: true } } : i, version),
  );
  const recorded = await insertRows(tx, rows);
  if (recorded.length !== kept.length) throw new Error("the log took fewer events than it was given");
  const ids = new Map(kept.map((input, i) => [input, recorded[i] as Recorded]));
  return inputs.map((input) => ids.get(input) ?? null);
}

/**
 * One JSON parameter for any number of rows; `ordinality` keeps their order, which the outbox keeps by `seq`. The very same
 * text each time, so that a connection prepares it once: reading and planning it takes longer than what it does.
 */
const insertion = `
  insert into audit_event (
    org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model, outcome, actor_type, actor_id,
    account_id, actor_email, ip, user_agent, target_type, target_id, target_label, metadata, changes, details, cause, version)
  select
    org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model, outcome, actor_type, actor_id,
    account_id, actor_email, ip, user_agent, target_type, target_id, target_label,
    nullif(metadata, 'null'::jsonb), changes, details, cause, version
  from rows from (jsonb_to_recordset($1::text::jsonb) as (
    org_id int, guru_id uuid, guru_slug text, guru_name text, action text, operation text, action_type text, model text,
    outcome text, actor_type text, actor_id text, account_id uuid, actor_email text, ip inet, user_agent text,
    target_type text, target_id text, target_label text, metadata jsonb, changes jsonb, details jsonb, cause uuid,
    version text)) with ordinality
  order by ordinality
  returning id, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at,
    pg_current_xact_id()::text as xid`;

async function insertRows(tx: DriverHolder, rows: StoredEvent[]): Promise<Recorded[]> {
  const result = await driverOf(tx).unsafe<{ id: string; occurred_at: string; xid: string }[]>(
    insertion,
    [JSON.stringify(rows)],
    { prepare: true },
  );
  return result.map((r) => ({ id: r.id, occurredAt: r.occurred_at, xid: r.xid }));
}
