import "server-only";
import { sql } from "drizzle-orm";
import { mayInOrganization } from "@/lib/access/permissions";
import { alarmText, alarmWords } from "@/lib/audit/alarms/words";
import type { TroubleKind } from "@/lib/audit/trouble";
import { anySignedIn, inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

/** Something that is wrong with the log now. */
export interface ActiveAlarm {
  kind: TroubleKind;
  title: string;
  /** What is wrong, and what to do about it. */
  text: string;
  since: string;
}

/** What is wrong at the moment, for those who can do something about it; nothing for everybody else. */
export const activeAlarms = query<null, null, ActiveAlarm[]>({
  allow: anySignedIn,
  async run({ db, principal }) {
    if (!mayInOrganization(principal, "audit:verify")) return [];
    const rows = await db.execute<{ kind: TroubleKind; detail: string; since: string }>(sql`
      select kind, detail, to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
      from audit_trouble order by audit_trouble.since`);
    return rows.map(({ kind, detail, since }) => ({
      kind,
      since,
      title: alarmWords[kind].title,
      text: alarmText(kind, detail),
    }));
  },
});

/** An alarm of the past, or one that lasts, and what became of telling people. */
export interface AlarmRecord {
  id: string;
  title: string;
  detail: string;
  raisedAt: Date;
  clearedAt: Date | null;
  /** Messages by channel; none when no channel was set up. */
  told: {
    channel: "mail" | "webhook";
    sent: number;
    waiting: number;
    givenUp: number;
    lastError: string | null;
  }[];
}

/** The newest alarms, ten at most. */
export const latestAlarms = query<null, null, AlarmRecord[]>({
  allow: inOrganization("audit:verify"),
  async run({ db }) {
    const rows = await db.execute<{
      id: string;
      kind: TroubleKind;
      detail: string;
      raised_at: string;
      cleared_at: string | null;
      told: AlarmRecord["told"];
    }>(sql`
      select a.id::text, a.kind, a.detail, a.raised_at, a.cleared_at,
        coalesce((
          select jsonb_agg(t order by t.channel) from (
            select channel, count(delivered_at)::int as sent,
              count(*) filter (where delivered_at is null and given_up_at is null)::int as waiting,
              count(given_up_at)::int as "givenUp",
              max(last_error) filter (where delivered_at is null) as "lastError"
            from audit_alarm_message m where m.alarm_id = a.id group by channel
          ) t), '[]') as told
      from audit_alarm a order by a.raised_at desc, a.id desc limit 10`);
    return rows.map((row) => ({
      id: row.id,
      title: alarmWords[row.kind].title,
      detail: row.detail,
      raisedAt: new Date(row.raised_at),
      clearedAt: row.cleared_at === null ? null : new Date(row.cleared_at),
      told: row.told,
    }));
  },
});
