import "server-only";
import type postgres from "postgres";
import type { TroubleKind } from "@/lib/audit/trouble";
import type { Sql } from "@/lib/db/client";
import { logLine } from "@/lib/platform/log";
import { alarmText, alarmWords } from "./words";

/** Who is told of an alarm's beginning and end. */
export interface Audience {
  orgId: number;
  /** False without a mail server: then nobody is told by mail. */
  mail: boolean;
  /** Addresses of the settings; empty means the owner and the auditors. */
  mailTo: readonly string[];
  webhook: boolean;
}

/** Days for which alarms that are over are kept. */
const historyDays = 400;

interface Changed {
  id: string;
  kind: TroubleKind;
  detail: string;
}

/**
 * Makes alarms of the troubles noted, ends those whose trouble is over, and puts what is to be told about either into the
 * queue, all in one transaction: whatever instant it is cut off at, each beginning and each end is told once.
 * @returns the kinds that began and those that ended
 */
export async function raiseAlarms(
  sql: Sql,
  audience: Audience,
): Promise<{ raised: TroubleKind[]; cleared: TroubleKind[] }> {
  const changed = await sql.begin(async (tx) => {
    // One instance at a time; another that comes meanwhile would do the same.
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.alarms')) as held`;
    if (!lock?.held) return { raised: [], cleared: [] };
    await tx`
      update audit_alarm a set detail = t.detail from audit_trouble t
      where a.cleared_at is null and t.kind = a.kind and t.detail <> a.detail`;
    const cleared = await tx<Changed[]>`
      update audit_alarm a set cleared_at = clock_timestamp()
      where a.cleared_at is null and not exists (select from audit_trouble t where t.kind = a.kind)
      returning id::text, kind, detail`;
    const raised = await tx<Changed[]>`
      insert into audit_alarm (kind, detail, raised_at)
      select t.kind, t.detail, t.since from audit_trouble t
      where not exists (select from audit_alarm a where a.kind = t.kind and a.cleared_at is null)
      on conflict (kind) where cleared_at is null do nothing
      returning id::text, kind, detail`;
    await tellOfEnd(tx, cleared);
    await tellOfBeginning(tx, audience, raised);
    await tx`delete from audit_alarm where cleared_at < now() - make_interval(days => ${historyDays})`;
    return { raised, cleared };
  });
  // For those who watch the product's output and nothing else.
  for (const { kind, detail } of changed.raised)
    logLine(`ALARM: ${alarmWords[kind].title}. ${alarmText(kind, detail)}`);
  for (const { kind } of changed.cleared) logLine(`The alarm is over: ${alarmWords[kind].title}.`);
  return { raised: changed.raised.map((a) => a.kind), cleared: changed.cleared.map((a) => a.kind) };
}

async function tellOfBeginning(
  tx: postgres.TransactionSql,
  audience: Audience,
  alarms: readonly Changed[],
): Promise<void> {
  if (alarms.length === 0) return;
  const ids = alarms.map((a) => a.id);
  if (audience.webhook)
    await tx`
      insert into audit_alarm_message (alarm_id, says, channel)
      select id, 'raised', 'webhook' from unnest(${ids}::bigint[]) id`;
  if (!audience.mail) return;
  if (audience.mailTo.length > 0)
    await tx`
      insert into audit_alarm_message (alarm_id, says, channel, address)
      select id, 'raised', 'mail', address
      from unnest(${ids}::bigint[]) id, unnest(${[...audience.mailTo]}::text[]) address`;
  else
    await tx`
      insert into audit_alarm_message (alarm_id, says, channel, account_id)
      select id, 'raised', 'mail', m.account_id
      from unnest(${ids}::bigint[]) id, membership m
      where m.org_id = ${audience.orgId} and m.role in ('owner', 'auditor')`;
}

/** Whoever was told of the beginning, or still is to be, is told of the end. */
async function tellOfEnd(tx: postgres.TransactionSql, alarms: readonly Changed[]): Promise<void> {
  if (alarms.length === 0) return;
  await tx`
    insert into audit_alarm_message (alarm_id, says, channel, account_id, address)
    select alarm_id, 'cleared', channel, account_id, address from audit_alarm_message
    where alarm_id = any (${alarms.map((a) => a.id)}::bigint[]) and says = 'raised' and given_up_at is null`;
}
