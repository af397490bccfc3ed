import type postgres from "postgres";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { runtime } from "@/lib/platform/runtime";
import { StartError } from "../serve/start-error";

export interface ExistingOwner {
  id: string;
  email: string;
  name: string;
  organization: string;
}

const elsewhere =
  "Fill a fresh one: set GURULOG_DATA_DIR to an empty folder, or DATABASE_URL to an empty database.";

/**
 * Marks the instance as a demo, for good, before its first made-up event.
 * @param from the weeks from here on get their partition of the log
 * @returns its owner, if it has one already
 * @throws StartError when there is anything in it beside its owner
 */
export async function becomeDemo(from: Date): Promise<{ owner: ExistingOwner | null; cutoff: Date | null }> {
  const { urls, roles, mode } = runtime();
  const options = { maintenanceUrl: urls.maintenance, roles, mode };
  return asOwner(options, { name: "gurulog demo", lockTimeoutMs: 15_000 }, (sql) =>
    sql.begin(async (tx) => {
      // The lock of onboarding and registration: nobody joins between the look and the mark.
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.members'))`;
      const owner = await onlyOwner(tx);
      await tx`select audit_become_demo()`;
      const [kept] = await tx<{ cutoff: Date | null }[]>`
        select case when isfinite(audit_cutoff()) then audit_cutoff() end as cutoff`;
      await tx`
        select audit_make_partition(week) from generate_series(${from}::timestamptz, now() + interval '7 days', interval '7 days') week`;
      return { owner, cutoff: kept?.cutoff ?? null };
    }),
  );
}

async function onlyOwner(tx: postgres.TransactionSql): Promise<ExistingOwner | null> {
  const [found] = await tx<{ demo: boolean; things: boolean; strangers: boolean }[]>`
    select demo,
      exists (select from guru) or exists (select from retired_guru) or exists (select from api_key)
        or exists (select from upload) as things,
      exists (select from account a where not exists (
        select from membership m where m.account_id = a.id and m.role = 'owner')) or exists (
        select from audit_event e where e.account_id is not null and not exists (
          select from membership m where m.account_id = e.account_id and m.role = 'owner')) as strangers
    from audit_config`;
  if (found?.demo) throw new StartError(`This instance is filled as a demo already. ${elsewhere}`);
  if (found?.things || found?.strangers) {
    throw new StartError(`This instance is in use: it holds more than its owner. ${elsewhere}`);
  }
  const [owner] = await tx<ExistingOwner[]>`
    select a.id, a.email, a.name, o.name as organization
    from membership m join account a on a.id = m.account_id join organization o on o.id = m.org_id
    where m.role = 'owner'`;
  return owner ?? null;
}

/**
 * The last strokes as maintenance: what only the clock of the process would get wrong.
 * @param keys when each API key was used last, by its id
 */
export async function settleDemo(keys: readonly { id: string; lastUsed: number | null }[]): Promise<void> {
  const { urls, roles, mode } = runtime();
  const options = { maintenanceUrl: urls.maintenance, roles, mode };
  await asOwner(options, { name: "gurulog demo", lockTimeoutMs: 15_000 }, (sql) =>
    sql.begin(async (tx) => {
      for (const { id, lastUsed } of keys) {
        if (lastUsed !== null)
          await tx`update api_key set last_used_at = ${new Date(lastUsed)} where id = ${id}`;
      }
      await tx`update export_job set started_at = created_at, finished_at = created_at + interval '2 seconds', heartbeat_at = created_at`;
      // The work of these jobs was done at the demo's time.
      await tx`delete from pgboss.job where state = 'created' and start_after > now()
        and (name like 'index-%' or name in ('run-excel-job', 'run-backfill-job'))`;
    }),
  );
}

/** Lets colleagues join without approval while they register, where an owner was there before. @returns what it was */
export async function openRegistration(open: boolean): Promise<boolean> {
  const { urls, roles, mode } = runtime();
  const options = { maintenanceUrl: urls.maintenance, roles, mode };
  return asOwner(options, { name: "gurulog demo", lockTimeoutMs: 15_000 }, async (sql) => {
    const [before] = await sql<
      { closed: boolean }[]
    >`select member_approval_required as closed from organization where id = 1`;
    await sql`update organization set member_approval_required = ${!open} where id = 1`;
    return !(before?.closed ?? true);
  });
}
