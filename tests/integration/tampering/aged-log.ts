import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { type Pruned, prune } from "@/lib/audit/retention/prune";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";
import type { SigningHarness } from "../sealer/signing-harness";

function maintenance({ product }: SigningHarness) {
  const { urls, roles, mode } = product.runtime;
  return { maintenanceUrl: urls.maintenance, roles, mode };
}

/** Records 30 events of some days ago and seals them: as of a clock that was behind, where younger ones are there. */
export async function recordAged(log: SigningHarness, days: number): Promise<void> {
  await asOwner(maintenance(log), { name: "test", lockTimeoutMs: 10_000 }, (sql) =>
    sql.begin(async (tx) => {
      const at = new Date(Date.now() - days * 86_400_000).toISOString();
      await tx`select audit_make_partition(${at}::timestamptz)`;
      await setClock(tx, at);
      await insertEvents(tx, variedEvents(30));
    }),
  );
  while ((await sealBatch(log.sealer, 5_000)) > 0);
}

/** A cleanup that is cut off between detaching the old weeks and dropping them. @returns the first week that stands beside the log now */
export async function detachOnly(log: SigningHarness): Promise<string> {
  const cutOff = new Error("cut off");
  await prune({ ...maintenance(log), inTransaction: () => Promise.reject(cutOff) }).then(
    (pruned: Pruned) => {
      throw new Error(`was not cut off: ${JSON.stringify(pruned)}`);
    },
    (error: unknown) => {
      if (error !== cutOff) throw error;
    },
  );
  const [week] = await log.admin<{ name: string }[]>`
    select relname as name from pg_class c where relkind = 'r' and relname ~ '^audit_event_\\d{4}w\\d{2}$'
      and not exists (select from pg_inherits i where i.inhrelid = c.oid) order by relname`;
  if (!week) throw new Error("no week was detached");
  return week.name;
}

/** Whether a connection of that name waits for somebody's lock. */
export async function waitsForLock({ admin }: SigningHarness, name: string): Promise<boolean> {
  const rows = await admin`select from pg_stat_activity
    where datname = current_database() and application_name = ${name} and wait_event_type = 'Lock'`;
  return rows.length > 0;
}
