import type postgres from "postgres";
import { listTables } from "../../../scripts/backup/catalog";
import { qualified, quote } from "../../../scripts/backup/format";

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, at) => at));

/** Text that a careless copy would cut, join, decode or drop. */
export const nastyTexts = [
  "",
  "\\N",
  "\\.",
  "\\.\n",
  "line\nbreak\r\nand\ttab\b\f\v\x01\x1b[31m",
  "back\\slash \\x41 \\101 \\\\",
  "\u202eright to left\u202c \u200b\ufeff e\u0301 \ud83d\udc69\u200d\ud83d\udcbb \u{10ffff}",
  "'quote' \"double\" $1 $$ ; -- /* */ null NULL",
];

const byType: Record<string, string[]> = {
  text: nastyTexts,
  "character varying": nastyTexts,
  bytea: ["", `\\x${everyByte.toString("hex")}`, "\\x5c2e0a5c4e00"],
  jsonb: [
    JSON.stringify(nastyTexts),
    JSON.stringify({ "": null, __proto__: 1, "\\.": "\\N", deep: [[[{ a: "\t\u2028" }]]] }),
    "null",
    "0.10",
  ],
  json: ['{"a" : 1,\n "a":2}', "null"],
  "text[]": ["{}", '{NULL,"NULL","","{}","a,b","\\\\\\\\.","q\\"q"}', '{"line\nbreak\t"}'],
  uuid: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  "timestamp with time zone": [
    "-infinity",
    "infinity",
    "1969-12-31 23:59:59.999999+00",
    "0044-03-15 12:00:00+00 BC",
  ],
  "timestamp without time zone": ["infinity", "2024-02-29 00:00:00"],
  date: ["-infinity", "infinity", "2026-11-22"],
  interval: ["-1 year 2 mons -3 days 04:05:06.789", "0"],
  inet: ["::1", "192.0.2.1/24", "::ffff:203.0.113.9", "2001:db8::/32"],
  bigint: ["-9223372036854775808", "9223372036854775807", "0"],
  integer: ["-2147483648", "2147483647", "0"],
  "integer[]": ["{}", "{NULL,-2147483648,2147483647}"],
  smallint: ["-32768", "32767"],
  xid8: ["18446744073709551615", "3"],
  boolean: ["t", "f"],
  numeric: ["NaN", "-0.10", "123456789012345678901234567890.5"],
  "double precision": ["NaN", "-Infinity", "5e-324", "0.1"],
  tstzrange: ["empty", '["2026-01-01 00:00:00+00",infinity)', "(,)"],
  "pgboss.job_state": ["created", "completed"],
};

/** What a CHECK demands that cannot be read from its text. */
const chosen: Record<string, string[]> = {
  "audit_node.level": ["10", "52"],
  "audit_config.one": ["t"],
  "audit_config.demo": ["f"],
  "secret.name": ["TOKEN", "_"],
};

interface Column {
  name: string;
  type: string;
  nullable: boolean;
}

/**
 * Fills every table of a database with rows of hostile values, past its triggers and keys.
 * @returns tables that took none, as `schema.table: why`
 */
export async function fillWithHostileRows(sql: postgres.Sql): Promise<string[]> {
  const empty: string[] = [];
  for (const table of await listTables(sql)) {
    if (["schema_migration"].includes(table.name) || table.partition !== null) continue;
    const columns = await columnsOf(sql, qualified(table));
    const checks = await checksOf(sql, qualified(table));
    const values = columns.map((column) => valuesOf(table.name, column, checks));
    const most = Math.max(...values.map(({ length }) => length));
    if (table.name === "audit_config") await sql`delete from audit_config`; // it holds one row
    let taken = 0;
    let why = "";
    for (let row = 0; row < most; row++) {
      const each = values.map((all) => all[row % all.length] ?? null);
      try {
        await insert(sql, qualified(table), columns, each);
        taken += 1;
      } catch (error) {
        why = String(error);
      }
    }
    if (taken === 0) empty.push(`${table.schema}.${table.name}: ${why}`);
  }
  return empty;
}

async function insert(
  sql: postgres.Sql,
  table: string,
  columns: Column[],
  values: (string | null)[],
): Promise<void> {
  const names = columns.map(({ name }) => quote(name)).join(", ");
  const places = columns.map(({ type }, at) => `$${at + 1}::text::${type}`).join(", ");
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(`insert into ${table} (${names}) overriding system value values (${places})`, values);
  });
}

function valuesOf(table: string, column: Column, checks: string[]): (string | null)[] {
  const own = chosen[`${table}.${column.name}`];
  if (own) return own;
  for (const check of checks) {
    const list = new RegExp(`\\(?${column.name} = ANY \\(ARRAY\\[(.*?)\\]`).exec(check)?.[1];
    if (list) return [...list.matchAll(/'([^']+)'/g)].map(([, value]) => value ?? "");
    const size = new RegExp(`octet_length\\(${column.name}\\) = \\(?(\\d+)(?: \\* (\\d+))?`).exec(check);
    if (size) return [`\\x${"5c0a".repeat((Number(size[1]) * Number(size[2] ?? 1)) / 2)}`];
  }
  // A bound of some kind: one is within all of them.
  if (
    /int|numeric/.test(column.type) &&
    checks.some((check) => new RegExp(`\\b${column.name}\\b`).test(check))
  )
    return ["1"];
  const values = byType[column.type];
  if (!values) throw new Error(`say hostile values of the type ${column.type} (${table}.${column.name})`);
  return column.nullable ? [...values, null] : values;
}

async function columnsOf(sql: postgres.Sql, table: string): Promise<Column[]> {
  return sql<Column[]>`
    select attname::text as name, format_type(atttypid, null) as type, not attnotnull as nullable
    from pg_attribute
    where attrelid = ${table}::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum`;
}

async function checksOf(sql: postgres.Sql, table: string): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select pg_get_constraintdef(oid) as text from pg_constraint
    where conrelid = ${table}::text::regclass and contype = 'c'`;
  return rows.map(({ text }) => text);
}
