import type postgres from "postgres";
import { expect } from "vitest";
import { eventsFrom, type SealedKey } from "@/lib/audit/seal/lookup";
import { recount } from "@/lib/audit/seal/recount";

/** The whole sealed order of an organization. */
export async function sealedOrder(sql: postgres.Sql, orgId = 1): Promise<SealedKey[]> {
  return eventsFrom(sql, orgId, 0n, 10_000_000);
}

/**
 * Fails unless the sealed log is whole: every committed event is there once, indexes are dense from 0 up to the head,
 * nothing waits, and all counts are right.
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
}
