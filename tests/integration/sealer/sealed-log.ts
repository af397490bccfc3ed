import type postgres from "postgres";
import { expect } from "vitest";
import { absentLeaf } from "@/lib/audit/proof/absent-leaf";
import { toHex } from "@/lib/audit/proof/bytes";
import { voidLeaf } from "@/lib/audit/proof/entry";
import { recordColumns } from "@/lib/audit/proof/event-record";
import { CompactRange } from "@/lib/audit/proof/merkle";
import { type FoundRow, leafOfRow, utcText } from "@/lib/audit/seal/leaf-of-row";
import { eventsFrom, type SealedKey } from "@/lib/audit/seal/lookup";
import { recount } from "@/lib/audit/seal/recount";

/** The whole sealed order of an organization. */
export async function sealedOrder(sql: postgres.Sql, orgId = 1): Promise<SealedKey[]> {
  return eventsFrom(sql, orgId, 0n, 10_000_000);
}

/**
 * Fails unless the sealed log is whole: every committed event is there once, indexes are dense from 0 up to the head,
 * nothing waits, all counts are right, and the stored tree is that of RFC 6962 over the events.
 */
export async function expectWholeLog(sql: postgres.Sql, events: number, orgId = 1): Promise<void> {
  const order = await sealedOrder(sql, orgId);
  expect(order.map((key) => key.index)).toEqual(Array.from({ length: events }, (_, i) => BigInt(i)));
  const recorded = await sql<{ id: string }[]>`select id from audit_event where org_id = ${orgId}`;
  expect(recorded).toHaveLength(events);
  expect(new Set(order.map((key) => key.id))).toEqual(new Set(recorded.map((row) => row.id)));
  const [head] = await sql`select size from audit_head where org_id = ${orgId}`;
  expect(head?.size).toBe(String(events));
  const [outbox] = await sql`select count(*)::int as waiting from audit_outbox`;
  expect(outbox?.waiting).toBe(0);
  expect(await recount(sql)).toEqual([]);
  await expectTree(sql, await eventLeaves(sql, orgId), orgId);
}

/** The leaves of the sealed order, from the events as they stand; where one is gone, by `gone`. */
export async function eventLeaves(
  sql: postgres.Sql,
  orgId = 1,
  gone: "void" | "absent" = "void",
): Promise<Uint8Array[]> {
  const order = await sealedOrder(sql, orgId);
  // `offset 0` keeps the lookup of each event a probe of the primary key.
  const rows = await sql<({ event: string; at: string } & FoundRow)[]>`
    select t.id as event, ${sql.unsafe(utcText("t.occurred_at"))} as at, r.*
    from (
      select id, place, timestamptz 'epoch' + micros * interval '1 microsecond' as occurred_at
      from unnest(${order.map((key) => key.id)}::uuid[], ${order.map((key) => key.occurredAtMicros)}::bigint[]) with ordinality k (id, micros, place)
    ) t
    left join lateral (
      select ${sql.unsafe(recordColumns)} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.id offset 0
    ) r on true
    order by t.place`;
  return rows.map((row) => {
    const key = { id: row.event, org: orgId, time: row.at };
    return leafOfRow(key, row) ?? (gone === "void" ? voidLeaf(key) : absentLeaf(key));
  });
}

/** Fails unless everything that is stored of the tree is what RFC 6962 makes of these leaves, and all of it is there. */
export async function expectTree(sql: postgres.Sql, leaves: Uint8Array[], orgId = 1): Promise<void> {
  const range = new CompactRange();
  const nodes: string[] = [];
  const subroots: string[] = [];
  for (const leaf of leaves) {
    range.append(leaf, ({ level, index }, hash) => {
      if (level >= 10) nodes.push(`${level}/${index} ${toHex(hash)}`);
      if (level === 8) subroots.push(toHex(hash));
    });
  }
  const [head] = await sql<{ root: Buffer | null }[]>`select root from audit_head where org_id = ${orgId}`;
  expect(head?.root && toHex(head.root)).toBe(leaves.length === 0 ? null : toHex(range.root()));
  const stored = await sql<{ hashes: string; subroots: string | null }[]>`
    select encode(hashes, 'hex') as hashes, encode(subroots, 'hex') as subroots from audit_tile where org_id = ${orgId} order by tile`;
  const tail = await sql<{ hash: string }[]>`
    select encode(leaf_hash, 'hex') as hash from audit_seal_tail where org_id = ${orgId} order by index`;
  expect(stored.map((tile) => tile.hashes).join("") + tail.map((row) => row.hash).join("")).toBe(
    leaves.map(toHex).join(""),
  );
  expect(stored.map((tile) => tile.subroots).join("")).toBe(subroots.slice(0, stored.length * 4).join(""));
  const high = await sql<{ node: string }[]>`
    select level || '/' || index || ' ' || encode(hash, 'hex') as node from audit_node where org_id = ${orgId}`;
  expect(high.map((row) => row.node).sort()).toEqual(nodes.sort());
}
