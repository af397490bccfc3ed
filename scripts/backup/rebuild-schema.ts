import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type postgres from "postgres";
import type { DatabaseRoles } from "@/lib/platform/runtime";
import { asMigrator, makeQueueTables, migrateTables } from "../serve/migrate";
import { StartError } from "../serve/start-error";
import { type Manifest, qualified, type TableShape } from "./format";
import { refuseFile } from "./tar-reader";

const weekName = /^audit_event_\d{4}w\d{2}$/;

/** A week of the log, attached to it or, after a cleanup that was cut off, not. */
export function isWeek(table: Pick<TableShape, "schema" | "name">): boolean {
  return table.schema === "public" && weekName.test(table.name);
}

/**
 * @param folder the product's folder `drizzle`
 * @throws StartError when the backup's tables are not ones that this version has made once: it is of a newer version
 */
export function assertMigrationsKnown(manifest: Manifest, folder: string, product: string): void {
  const ours = readMigrationFiles({ migrationsFolder: folder }).map(({ hash }) => hash);
  if (manifest.migrations.length > 0 && manifest.migrations.every(({ hash }, at) => hash === ours[at]))
    return;
  const theirs = manifest.product.replace(/[^\w.-]/g, "?");
  throw new StartError(
    `This backup is of Gurulog ${theirs}, and its tables are not known to ${product}. Restore it with ${theirs}; then start the newer version.`,
  );
}

interface Target {
  maintenanceUrl: string;
  roles: DatabaseRoles;
  /** The product's folder `drizzle`. */
  folder: string;
}

/**
 * Makes the tables as they were at the backup, in an empty database: the migrations up to its last, its weeks (not yet
 * attached, so that their indexes are built at once when they are full) and its queues. Functions, triggers and rights
 * are said anew by the whole migration that follows the rows.
 */
export async function rebuildSchema(target: Target, manifest: Manifest): Promise<void> {
  const folder = olderMigrations(target.folder, manifest.migrations.length);
  try {
    await asMigrator({ ...target, mode: "enforced" }, async (sql) => {
      await migrateTables(sql, folder);
      await makeQueueTables(sql);
      for (const table of manifest.tables) await makePart(sql, table);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makePart(sql: postgres.Sql, table: TableShape): Promise<void> {
  if (isWeek(table)) {
    await sql.unsafe(
      `create table ${qualified(table)} (like public.audit_event including defaults including constraints)`,
    );
  } else if (table.partition !== null && "queue" in table.partition) {
    // The queue's own settings come with the rows of pgboss.queue.
    await sql`select pgboss.create_queue(${table.partition.queue}, '{"policy": "standard"}'::json)`;
  }
}

/** A copy of the migrations that ends where the backup's do. */
function olderMigrations(folder: string, count: number): string {
  const copy = mkdtempSync(path.join(tmpdir(), "gurulog-migrations-"));
  const journal = JSON.parse(readFileSync(path.join(folder, "meta", "_journal.json"), "utf8")) as {
    entries: { tag: string }[];
  };
  const entries = journal.entries.slice(0, count);
  mkdirSync(path.join(copy, "meta"));
  writeFileSync(path.join(copy, "meta", "_journal.json"), JSON.stringify({ ...journal, entries }));
  for (const { tag } of entries) copyFileSync(path.join(folder, `${tag}.sql`), path.join(copy, `${tag}.sql`));
  return copy;
}

/** @throws StartError unless the tables that stand are exactly those of the backup, column by column */
export function assertSameTables(standing: TableShape[], manifest: Manifest): void {
  const describe = ({ schema, name, columns }: TableShape): string =>
    `${schema}.${name} (${[...columns].sort().join(", ")})`;
  const have = new Set(standing.map(describe));
  const want = new Set(manifest.tables.map(describe));
  const stranger = [...want].find((table) => !have.has(table));
  if (stranger !== undefined) refuseFile(`it holds a table that its version does not have: ${stranger}`);
  const missing = [...have].find((table) => !want.has(table));
  if (missing !== undefined) refuseFile(`it lacks a table: ${missing}`);
}
