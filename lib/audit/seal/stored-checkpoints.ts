import "server-only";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { isSignedBy, parseNote } from "@/lib/audit/proof/note";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import type { AnySql, Fragment } from "./dimensions";
import type { Signed } from "./last-signed";

interface Row {
  origin: string;
  size: string;
  note: string;
}

/** A stored checkpoint, unless it is not signed by a key of ours: then it means nothing, whoever put it there. */
export function signedByUs({ origin, size, note }: Row): Signed | null {
  try {
    const checkpoint = parseCheckpoint(note);
    const isNamed = checkpoint.origin === origin && String(checkpoint.size) === size;
    const parsed = parseNote(note);
    if (!isNamed || !verifiersOf(origin).some((key) => isSignedBy(parsed, key))) return null;
    return { ...checkpoint, note };
  } catch {
    return null;
  }
}

/** A subquery of each organization and name under which checkpoints stand: names are few, checkpoints many. */
export function checkpointNames(sql: AnySql): Fragment {
  return sql`
    with recursive names as (
      (select org_id, origin from audit_checkpoint order by org_id, origin limit 1)
      union all
      select c.org_id, c.origin from names n cross join lateral (
        select org_id, origin from audit_checkpoint c
        where (c.org_id, c.origin) > (n.org_id, n.origin) order by org_id, origin limit 1
      ) c
    )
    select org_id, origin from names`;
}

/**
 * The newest checkpoint of ours under each name that the log has had.
 * @returns one for each name under which there is any
 */
export async function newestCheckpoints(sql: AnySql, orgId: number): Promise<Signed[]> {
  const newest = await sql<Row[]>`
    select c.origin, c.size::text, c.note from (${checkpointNames(sql)}) n
    cross join lateral (
      select * from audit_checkpoint c where c.org_id = n.org_id and c.origin = n.origin order by c.size desc limit 1
    ) c
    where n.org_id = ${orgId}`;
  const found = await Promise.all(newest.map((row) => signedByUs(row) ?? newestBelow(sql, orgId, row)));
  return found.filter((signed) => signed !== null);
}

/** Goes down past rows that are not ours. */
async function newestBelow(sql: AnySql, orgId: number, from: Row): Promise<Signed | null> {
  for (let size: string | undefined = from.size; size !== undefined; ) {
    const page: Row[] = await sql<Row[]>`
      select c.origin, c.size::text, c.note from audit_checkpoint c
      where c.org_id = ${orgId} and c.origin = ${from.origin} and c.size < ${size}::bigint order by c.size desc limit 100`;
    for (const row of page) {
      const signed = signedByUs(row);
      if (signed) return signed;
    }
    size = page.at(-1)?.size;
  }
  return null;
}

/** Publishes a checkpoint; what stands in its place without being ours goes. */
export async function publish(
  sql: AnySql,
  orgId: number,
  { origin, size, root, note }: Signed,
): Promise<void> {
  await sql`
    delete from audit_checkpoint
    where org_id = ${orgId} and origin = ${origin} and size = ${String(size)} and note <> ${note}`;
  await sql`
    insert into audit_checkpoint (org_id, origin, size, root, note)
    values (${orgId}, ${origin}, ${String(size)}, ${Buffer.from(root)}, ${note})
    on conflict do nothing`;
}

/**
 * Keeps all checkpoints of the last 24 hours, the last of each hour for 90 days, then the last of each day; the newest
 * under each name always.
 * @returns how many went
 */
export async function thinCheckpoints(sql: AnySql): Promise<number> {
  const gone = await sql`
    delete from audit_checkpoint c using (
      select org_id, origin, size, created_at, lead(created_at) over (partition by org_id, origin order by size) as next_at
      from audit_checkpoint
    ) n
    where (c.org_id, c.origin, c.size) = (n.org_id, n.origin, n.size)
      and n.created_at < now() - interval '24 hours'
      and date_trunc(case when n.created_at < now() - interval '90 days' then 'day' else 'hour' end, n.created_at, 'UTC')
        = date_trunc(case when n.created_at < now() - interval '90 days' then 'day' else 'hour' end, n.next_at, 'UTC')
    returning c.size`;
  return gone.length;
}
