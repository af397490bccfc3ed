import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";

/** A signed checkpoint as the database holds it. */
export interface StoredCheckpoint {
  origin: string;
  size: number;
  /** Signed note; the columns beside it are copies, which nobody signed. */
  note: string;
  /** RFC 3339 UTC with milliseconds. */
  createdAt: string;
}

interface Row {
  origin: string;
  size: string;
  note: string;
  created_at: string;
}

/**
 * The newest checkpoint of an organization's log under its present origin.
 * @returns null before the first is signed
 */
export function latestCheckpoint(sql: AnySql, orgId: number): Promise<StoredCheckpoint | null> {
  return first(sql, orgId, sql`order by c.size desc`);
}

/** The checkpoint of exactly this size, of the present origin; null when none was signed at it. */
export function checkpointAt(sql: AnySql, orgId: number, size: number): Promise<StoredCheckpoint | null> {
  return first(sql, orgId, sql`and c.size = ${String(size)}::bigint`);
}

/** The first checkpoint that covers a leaf, by which an event says where it was sealed. */
export function checkpointOver(sql: AnySql, orgId: number, index: number): Promise<StoredCheckpoint | null> {
  return first(sql, orgId, sql`and c.size > ${String(index)}::bigint order by c.size`);
}

async function first(
  sql: AnySql,
  orgId: number,
  which: ReturnType<AnySql>,
): Promise<StoredCheckpoint | null> {
  const [row] = await sql<Row[]>`
    select c.origin, c.size::text, c.note,
      to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as created_at
    from audit_checkpoint c join audit_head h using (org_id, origin)
    where c.org_id = ${orgId} ${which} limit 1`;
  if (!row) return null;
  return { origin: row.origin, size: Number(row.size), note: row.note, createdAt: row.created_at };
}
