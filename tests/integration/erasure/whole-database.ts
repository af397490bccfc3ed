import type postgres from "postgres";

/** Where a text stands: `table.column`. Looks at every column of every table, of the queue's too, in any case. */
export async function placesOf(admin: postgres.Sql, text: string): Promise<string[]> {
  const columns = await admin<{ schema: string; table: string; column: string; type: string }[]>`
    select n.nspname as schema, c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and a.attnum > 0 and not a.attisdropped`;
  if (columns.length < 100) throw new Error("these are not all columns");
  const found: string[] = [];
  const wanted = text.toLowerCase();
  for (const { schema, table, column, type } of columns) {
    const value = admin(column);
    const has =
      type === "bytea"
        ? admin`position(convert_to(${text}, 'UTF8') in ${value}) > 0`
        : admin`position(${wanted} in lower(${value}::text)) > 0`;
    const [row] =
      await admin`select exists (select from ${admin(`${schema}.${table}`)} where ${has}) as found`;
    if (row?.found) found.push(`${table}.${column}`);
  }
  return found;
}

/** Every row of every table, the queue's too, as text by table; bytes stand there as hexadecimal. For many searches in one copy. */
export async function copyOfTables(admin: postgres.Sql): Promise<Map<string, string>> {
  const tables = await admin<{ schema: string; table: string }[]>`
    select n.nspname as schema, c.relname as table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;
  if (tables.length < 20) throw new Error("these are not all tables");
  const copies = new Map<string, string>();
  for (const { schema, table } of tables) {
    const rows = await admin<{ row: string }[]>`select t::text as row from ${admin(`${schema}.${table}`)} t`;
    copies.set(`${schema}.${table}`, rows.map(({ row }) => row).join("\n"));
  }
  return copies;
}
