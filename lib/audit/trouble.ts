import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";

/** What can go wrong with the log in a way that somebody must see to; the table's check names the same. */
export const troubleKinds = [
  "sealing_behind",
  "signing_refused",
  "verification_failed",
  "archive_unwritable",
  "anchor_unwritable",
  "partitions_low",
  "disk_low",
  "cleanup_refused",
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

/**
 * Notes that something is wrong now. Noted again while it lasts, it keeps the time at which it began.
 * @param detail one sentence for the owner: what is wrong and what to do; no secret, no stack
 */
export async function noteTrouble(sql: AnySql, kind: TroubleKind, detail: string): Promise<void> {
  await sql`
    insert into audit_trouble (kind, detail) values (${kind}, ${detail})
    on conflict (kind) do update set detail = excluded.detail, seen_at = clock_timestamp()`;
}

/** Notes that it is over. @returns whether it had been wrong */
export async function clearTrouble(sql: AnySql, kind: TroubleKind): Promise<boolean> {
  const gone = await sql`delete from audit_trouble where kind = ${kind} returning kind`;
  return gone.length > 0;
}
