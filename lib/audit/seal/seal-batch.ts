import "server-only";
import type postgres from "postgres";
import { toHex } from "@/lib/audit/proof/bytes";
import { recordColumns } from "@/lib/audit/proof/event-record";
import { noteTrouble } from "@/lib/audit/trouble";
import { logLine } from "@/lib/platform/log";
import { mapInSlices } from "@/lib/platform/map-in-slices";
import { closeTiles, type Grown } from "./close-tiles";
import { countBatch } from "./count-batch";
import { appendLeaves, storedRange } from "./grow-tree";
import { type FoundRow, leafToSeal, utcText } from "./leaf-of-row";

export { tileLeaves } from "./close-tiles";

/** A log sealed by an older version, whose leaves have no hashes yet: `hashOldLog` comes first. */
export class UnhashedLog extends Error {
  override readonly name = "UnhashedLog";
}

type Taken = { log: number; event: string; at: string } & FoundRow;

interface Head {
  org_id: number;
  size: string;
  root: Buffer | null;
}

/**
 * Seals one batch in one transaction: whatever instant it is cut off at, either all of it stands or none.
 *
 * The order is that of the outbox positions, lowest first. A position is drawn when an event is recorded, so an act
 * acknowledged before another was sent has a lower position and is visible whenever the other is. A transaction that
 * commits late keeps its low position and is taken with the next batch.
 *
 * @param sql the sealer's own connection
 * @param limit events at most
 * @returns how many were sealed; 0 when nothing waits or another instance is sealing at the moment
 * @throws UnhashedLog nothing was sealed then
 */
export async function sealBatch(sql: postgres.Sql, limit: number): Promise<number> {
  // Asked outside a transaction: an idle look costs one probe of an index and writes nothing.
  const [waiting] = await sql`select exists (select from audit_outbox where position > 0) as some`;
  if (!waiting?.some) return 0;
  return sql.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.seal')) as held`;
    if (!lock?.held) return 0;
    const taken = await take(tx, limit);
    if (taken.length === 0) return 0;
    const heads = await lockHeads(tx, [...new Set(taken.map((row) => row.log))]);
    const grown: Grown[] = [];
    for (const head of heads) {
      grown.push(
        await grow(
          tx,
          head,
          taken.filter((row) => row.log === head.org_id),
        ),
      );
    }
    await countBatch(tx, grown);
    await closeTiles(tx, grown);
    return taken.length;
  });
}

/** Takes the lowest positions from the outbox, with the event's row as it stands; null columns where it is gone. */
function take(tx: postgres.TransactionSql, limit: number): Promise<Taken[]> {
  // `offset 0` keeps the lookup of each event a probe of the primary key in one partition.
  return tx<Taken[]>`
    with taken as (
      delete from audit_outbox
      where position = any (array(select position from audit_outbox order by position limit ${limit}))
      returning position, org_id, event_id, occurred_at
    )
    select t.org_id as log, t.event_id as event, ${tx.unsafe(utcText("t.occurred_at"))} as at, r.*
    from taken t
    left join lateral (
      select ${tx.unsafe(recordColumns)} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
    ) r on true
    order by t.position`;
}

/** Two sealers could not hand out one index even without the advisory lock: the heads stay locked to the end. */
async function lockHeads(tx: postgres.TransactionSql, orgIds: number[]): Promise<Head[]> {
  const found = await tx<Head[]>`
    select org_id, size::text, root from audit_head where org_id = any (${orgIds}::int[]) order by org_id for update`;
  if (found.some((head) => head.root === null && head.size !== "0"))
    throw new UnhashedLog("the log has leaves without hashes");
  return orgIds.map(
    (orgId) => found.find((head) => head.org_id === orgId) ?? { org_id: orgId, size: "0", root: null },
  );
}

/** Gives the events the next indexes, their leaves to the tree, and moves the head by compare-and-swap. */
async function grow(tx: postgres.TransactionSql, head: Head, taken: Taken[]): Promise<Grown> {
  const orgId = head.org_id;
  const base = Number(head.size);
  const range = await storedRange(tx, orgId, base);
  const leaves = await mapInSlices(taken, (row) =>
    leafToSeal({ id: row.event, org: orgId, time: row.at }, row),
  );
  const nodes = appendLeaves(
    range,
    leaves.map((leaf) => leaf.hash),
  );
  // Times travel as text: the driver would cut them to milliseconds.
  const moved = await tx`
    with placed as (
      insert into audit_seal_tail (org_id, index, event_id, occurred_at, leaf_hash)
      select ${orgId}, ${head.size}::bigint + place - 1, event_id, at::timestamptz, decode(hash, 'hex')
      from unnest(${taken.map((row) => row.event)}::uuid[], ${taken.map((row) => row.at)}::text[],
        ${leaves.map((leaf) => toHex(leaf.hash))}::text[]) with ordinality l (event_id, at, hash, place)
    ), completed as (
      insert into audit_node (org_id, level, index, hash)
      select ${orgId}, level, index, decode(hash, 'hex')
      from unnest(${nodes.level}::int[], ${nodes.index}::bigint[], ${nodes.hash}::text[]) n (level, index, hash)
      on conflict (org_id, level, index) do update set hash = excluded.hash
    )
    insert into audit_head as h (org_id, size, root, sealed_at)
    values (${orgId}, ${String(range.size)}, decode(${toHex(range.root())}, 'hex'), clock_timestamp())
    on conflict (org_id) do update set size = excluded.size, root = excluded.root, sealed_at = excluded.sealed_at
    where h.size = ${head.size}::bigint and h.root is not distinct from ${head.root}
    returning org_id`;
  if (moved.length !== 1) throw new Error(`the head of organization ${orgId} was moved by someone else`);
  await noteLost(
    tx,
    taken.filter((_, i) => leaves[i]?.lost),
  );
  return { orgId, base, size: range.size };
}

/** Sealing does not stop for an event that somebody removed or changed before its turn: that would be worth an attack. */
async function noteLost(tx: postgres.TransactionSql, lost: Taken[]): Promise<void> {
  if (lost.length === 0) return;
  const ids = lost.slice(0, 5).map((row) => row.event);
  const which = `${ids.join(", ")}${lost.length > ids.length ? " and others" : ""}`;
  const detail = `${lost.length} recorded event(s) had been removed or changed in the database before they were sealed (${which}). Their places in the log are marked as void. Find out who can write to the database.`;
  logLine(detail);
  await noteTrouble(tx, "verification_failed", detail);
}
