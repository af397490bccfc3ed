import "server-only";
import type postgres from "postgres";
import { countedColumns, facts } from "./dimensions";

/** Leaves of a tile, as in the C2SP tlog-tiles format with height 10. */
export const tileLeaves = 1024;

interface Grown {
  org_id: number;
  /** Sizes of the sealed log before and after, as decimal text. */
  base: string;
  size: string;
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
 */
export async function sealBatch(sql: postgres.Sql, limit: number): Promise<number> {
  // Asked outside a transaction: an idle look costs one probe of an index and writes nothing.
  const [waiting] = await sql`select exists (select from audit_outbox) as some`;
  if (!waiting?.some) return 0;
  return sql.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.seal')) as held`;
    if (!lock?.held) return 0;
    const grown = await takeIndexes(tx, limit);
    const sealed = grown.reduce((sum, org) => sum + Number(BigInt(org.size) - BigInt(org.base)), 0);
    if (sealed === 0) return 0;
    await count(tx, grown);
    await closeTiles(tx, grown);
    return sealed;
  });
}

/**
 * Moves the lowest positions from the outbox into the open tile and the head forward by as many. The head's row is
 * locked by its update and read anew under that lock, so two sealers could not hand out one index even without the
 * advisory lock.
 */
async function takeIndexes(tx: postgres.TransactionSql, limit: number): Promise<Grown[]> {
  return tx<Grown[]>`
    with taken as (
      delete from audit_outbox
      where position = any (array(select position from audit_outbox order by position limit ${limit}))
      returning position, org_id, event_id, occurred_at
    ), grown as (
      insert into audit_head as h (org_id, size, sealed_at)
      select org_id, count(*), clock_timestamp() from taken group by org_id
      on conflict (org_id) do update set size = h.size + excluded.size, sealed_at = excluded.sealed_at
      returning h.org_id, h.size
    ), ranged as (
      select g.org_id, g.size, g.size - (select count(*) from taken t where t.org_id = g.org_id) as base from grown g
    ), placed as (
      insert into audit_seal_tail (org_id, index, event_id, occurred_at)
      select t.org_id, r.base + row_number() over (partition by t.org_id order by t.position) - 1, t.event_id, t.occurred_at
      from taken t join ranged r using (org_id)
    )
    select org_id, base::text, size::text from ranged`;
}

/**
 * Adds the batch to rollups and facets. An event that the cut-off has overtaken (or the cleanup has removed) keeps its
 * index and counts for nothing.
 */
async function count(tx: postgres.TransactionSql, grown: Grown[]): Promise<void> {
  // `offset 0` keeps the lookup of each event a probe of the primary key in one partition: as a plain join the planner
  // may read whole partitions for a batch. A label is fetched by the index of the last event that gives one.
  await tx`
    with sealed as materialized (
      select t.org_id, t.index, t.occurred_at, e.*
      from unnest(${grown.map((g) => g.org_id)}::int[], ${grown.map((g) => g.base)}::bigint[]) b (org_id, base)
      join audit_seal_tail t on t.org_id = b.org_id and t.index >= b.base
      cross join lateral (
        select ${countedColumns(tx, "e")} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
      ) e
      where t.occurred_at >= audit_cutoff()
    ), delta as materialized (
      select org_id, scope, dimension, value, action_type, day, count(*) as count,
        max(index) filter (where named is not null) as named_at, max(index) filter (where guessed is not null) as guessed_at
      from (${facts(tx, "sealed")}) f
      group by org_id, scope, dimension, value, action_type, day
    ), rolled as (
      insert into audit_rollup as r (org_id, scope, dimension, value, action_type, day, count)
      select org_id, scope, dimension, value, action_type, day, count from delta
      on conflict (org_id, scope, dimension, value, action_type, day) do update set count = r.count + excluded.count
    ), choices as (
      select org_id, scope, dimension, value, sum(count) as count, max(day) as last_day,
        max(named_at) as named_at, max(guessed_at) as guessed_at
      from (
        select org_id, scope, dimension, value, count, day, named_at, guessed_at from delta
        union all
        select org_id, scope, 'actionType', action_type, count, day, null, null from delta where dimension = 'all'
      ) v
      group by org_id, scope, dimension, value
    )
    insert into audit_facet as f (org_id, scope, dimension, value, label, count, last_day)
    select c.org_id, c.scope, c.dimension, c.value,
      coalesce(
        case c.dimension when 'user' then named.actor_email when 'guru' then named.guru_name end,
        nullif(old.label, c.value), guessed.target_label, c.value),
      c.count, c.last_day
    from choices c
    left join sealed named on named.org_id = c.org_id and named.index = c.named_at
    left join sealed guessed on guessed.org_id = c.org_id and guessed.index = c.guessed_at
    left join audit_facet old on (old.org_id, old.scope, old.dimension, old.value) = (c.org_id, c.scope, c.dimension, c.value)
    on conflict (org_id, scope, dimension, value) do update
    set count = f.count + excluded.count, last_day = greatest(f.last_day, excluded.last_day), label = excluded.label`;
}

/** Folds each complete run of 1,024 rows of the open tile into one row. */
async function closeTiles(tx: postgres.TransactionSql, grown: Grown[]): Promise<void> {
  const leaves = BigInt(tileLeaves);
  const full = grown.filter((org) => BigInt(org.size) / leaves > BigInt(org.base) / leaves);
  if (full.length === 0) return;
  const ends = full.map((org) => String((BigInt(org.size) / leaves) * leaves));
  await tx`
    with closed as (
      delete from audit_seal_tail t
      using unnest(${full.map((g) => g.org_id)}::int[], ${ends}::bigint[]) b (org_id, until)
      where t.org_id = b.org_id and t.index < b.until
      returning t.org_id, t.index / ${tileLeaves} as tile, t.index, t.event_id, t.occurred_at
    )
    insert into audit_tile (org_id, tile, events, span)
    select org_id, tile,
      string_agg(
        uuid_send(event_id) || int8send((extract(epoch from occurred_at) * 1000000)::bigint), ''::bytea order by index),
      tstzrange(min(occurred_at), max(occurred_at), '[]')
    from closed
    group by org_id, tile`;
}
