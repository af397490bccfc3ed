import type postgres from "postgres";
import type { Manifest, SequenceEntry, TableShape } from "./format";
import { qualified } from "./format";

interface TableRow {
  schema: "public" | "pgboss";
  name: string;
  columns: string[];
  parent: string | null;
  bound: string | null;
}

/**
 * Every table of the product that holds rows itself, by name. Extensions' own tables are theirs to make. A week that is
 * just being detached counts as detached.
 */
export async function listTables(sql: postgres.ISql): Promise<TableShape[]> {
  const rows = await sql<TableRow[]>`
    select n.nspname::text as schema, c.relname::text as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      case when not i.inhdetachpending then p.relname::text end as parent,
      pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent
    where n.nspname in ('public', 'pgboss') and c.relkind = 'r'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by n.nspname, c.relname collate "C"`;
  return rows.map(({ schema, name, columns, parent, bound }) => ({
    schema,
    name,
    columns,
    partition: parent === null || bound === null ? null : partitionOf(`${schema}.${parent}`, bound),
  }));
}

/** The bound as Postgres writes it in a session whose time zone is UTC. */
function partitionOf(parent: string, bound: string): TableShape["partition"] {
  const time = String.raw`'(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00'`;
  const week = new RegExp(`^FOR VALUES FROM \\(${time}\\) TO \\(${time}\\)$`).exec(bound);
  if (parent === "public.audit_event" && week)
    return { from: `${week[1]}T${week[2]}Z`, to: `${week[3]}T${week[4]}Z` };
  const queue = /^FOR VALUES IN \('((?:[^']|'')*)'\)$/.exec(bound);
  if (parent === "pgboss.job" && queue?.[1] !== undefined) return { queue: queue[1].replaceAll("''", "'") };
  throw new Error(`a partition of ${parent} is of an unknown kind: ${bound}`);
}

export async function listSequences(sql: postgres.ISql): Promise<SequenceEntry[]> {
  const names = await sql<{ schema: "public" | "pgboss"; name: string }[]>`
    select n.nspname::text as schema, c.relname::text as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'pgboss') and c.relkind = 'S' order by 1, 2`;
  const found: SequenceEntry[] = [];
  for (const sequence of names) {
    const [row] = await sql.unsafe<{ last: string; called: boolean }[]>(
      `select last_value::text as last, is_called as called from ${qualified(sequence)}`,
    );
    if (row) found.push({ ...sequence, lastValue: row.last, isCalled: row.called });
  }
  return found;
}

/** Triggers that fire for an ordinary session, as `schema.table.trigger`. */
export async function listTriggers(sql: postgres.ISql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select n.nspname || '.' || c.relname || '.' || t.tgname as name
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'pgboss') and not t.tgisinternal and t.tgenabled in ('O', 'A')
    order by 1`;
  return rows.map(({ name }) => name);
}

type Facts = Pick<Manifest, "createdAt" | "postgres" | "keysFingerprint" | "migrations" | "checkpoints">;

interface CheckpointRow {
  row: { org_id: number; origin?: string; size: number; note: string };
  size: string;
}

/** What the database says of itself. @throws when it holds no Gurulog */
export async function readFacts(sql: postgres.ISql): Promise<Facts> {
  const [row] = await sql<{ now: string; version: string; fingerprint: string | null }[]>`
    select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now,
      current_setting('server_version') as version, (select keys_fingerprint from audit_config) as fingerprint`;
  if (!row) throw new Error("the server answered nothing");
  const migrations = await sql<{ hash: string; at: string }[]>`
    select hash, created_at::text as at from schema_migration order by created_at`;
  const checkpoints = await sql<CheckpointRow[]>`
    select to_jsonb(c) - 'root' as row, c.size::text
    from (select distinct on (org_id) * from audit_checkpoint order by org_id, created_at desc) c`;
  return {
    createdAt: row.now,
    postgres: row.version,
    keysFingerprint: row.fingerprint,
    migrations: migrations.map(({ hash, at }) => ({ hash, at })),
    checkpoints: checkpoints.map(({ row: c, size }) => ({
      organization: c.org_id,
      origin: c.origin ?? "",
      size,
      note: c.note,
    })),
  };
}
