import type postgres from "postgres";
import type { Finding, FindingKind } from "@/lib/audit/proof/verify/findings";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

/** What the verifier must say about a change. */
export interface Expected {
  /** One of these kinds must be found… */
  kinds: FindingKind[];
  /** …at this place… */
  index?: number;
  /** …and of this event. */
  id?: string;
  /** Events that may be named besides. */
  alsoIds?: string[];
}

/** A way to tamper with the database. */
export interface Tampering {
  name: string;
  tables: string[];
  /** Makes the change as somebody who owns the database. */
  change(tx: postgres.TransactionSql, log: TamperedLog): Promise<Expected>;
}

export interface SealedEvent {
  index: number;
  id: string;
}

export interface TamperedLog extends SigningHarness {
  events: SealedEvent[];
  /** Changes, verifies, and puts back what was there. */
  attempt(tampering: Tampering): Promise<{ expected: Expected; findings: Finding[] }>;
  verify(): Promise<Finding[]>;
}

const tables = [
  "audit_event",
  "audit_outbox",
  "audit_head",
  "audit_seal_tail",
  "audit_tile",
  "audit_node",
  "audit_checkpoint",
];

/** 3,300 events: three closed tiles and an open one, signed along the way, the last few sealed and not signed yet. */
export async function tamperedLog(): Promise<TamperedLog> {
  const log = await signingHarness();
  for (const more of [700, 900, 800, 880]) {
    await log.grow(more);
    await log.signed();
  }
  await log.grow(20);
  await log.admin.unsafe("create schema kept");
  for (const table of tables) await log.admin.unsafe(`create table kept.${table} as table public.${table}`);
  const events = await log.admin<SealedEvent[]>`
    select a.tile::int * 1024 + i as index, encode(substring(a.events from i * 24 + 1 for 16), 'hex')::uuid as id
    from audit_tile a cross join generate_series(0, 1023) i
    union all select index::int, event_id from audit_seal_tail order by index`;
  const verify = async () => (await verifyLog(await ownTask(1))).findings;
  const made: TamperedLog = {
    ...log,
    events: [...events],
    verify,
    async attempt({ tables: touched, change }) {
      let expected: Expected = { kinds: [] };
      await log.asOwner(async (tx) => {
        expected = await change(tx, made);
      });
      try {
        return { expected, findings: await verify() };
      } finally {
        await log.asOwner(async (tx) => {
          for (const table of touched) await putBack(tx, table);
        });
      }
    },
  };
  return made;
}

/** Rows are compared as texts, which can be hashed: row by row it would take minutes. */
async function putBack(tx: postgres.TransactionSql, table: string): Promise<void> {
  await tx.unsafe(`delete from public.${table} t where t::text not in (select k::text from kept.${table} k)`);
  await tx.unsafe(
    `insert into public.${table} overriding system value
     select k.* from kept.${table} k where k::text not in (select t::text from public.${table} t)`,
  );
}

/** Why the findings do not do justice to the change; null when they do. */
export function shortcoming(expected: Expected, findings: Finding[]): string | null {
  if (findings.length === 0) return "was missed";
  const named = findings.some(
    (f) =>
      expected.kinds.includes(f.kind) &&
      (expected.index === undefined || f.index === expected.index) &&
      (expected.id === undefined || f.id === expected.id),
  );
  if (!named) return `was not named rightly: ${JSON.stringify({ expected, findings: findings.slice(0, 5) })}`;
  const allowed = [expected.id, ...(expected.alsoIds ?? [])];
  const wronged = findings.find(
    (f) => f.id !== undefined && expected.id !== undefined && !allowed.includes(f.id),
  );
  return wronged ? `another event was named: ${JSON.stringify({ expected, wronged })}` : null;
}
