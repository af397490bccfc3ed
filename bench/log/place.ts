import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { quote, roleNames } from "../../scripts/serve/create-roles";
import { type BenchProduct, removeDataFolder, startBenchProduct } from "../seal/bench-product";
import { type BenchOptions, sizeName, UsageError } from "./arguments";
import { say } from "./progress";

/** Where a bench's log stands: a data folder, and its embedded database or one of its own on an external server. */
export interface Place {
  dataDir: string;
  /** The bench's own database on the server of DATABASE_URL; undefined for the embedded one. */
  databaseUrl: string | undefined;
  open(): Promise<BenchProduct>;
  /** Ends what is open and, unless the data are kept, deletes them. */
  leave(keep: boolean): Promise<void>;
}

/**
 * Finds the place of a log of this size: BENCH_DATA_DIR, or a folder by the size, so that the next run finds what this
 * one leaves behind when it is cut off. With DATABASE_URL the log goes into a database made for it.
 * @param self the bench's own bundle
 * @throws UsageError when the user of DATABASE_URL may not make databases
 */
export async function findPlace(self: string, { rows, check }: BenchOptions): Promise<Place> {
  const name = sizeName(rows).replace(".", "_");
  const server = process.env.DATABASE_URL;
  const dataDir = check
    ? mkdtempSync(path.join(tmpdir(), "gurulog-bench-check-"))
    : path.resolve(process.env.BENCH_DATA_DIR ?? path.join(tmpdir(), `gurulog-bench-${name}`));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = `gurulog_bench_${name}${check ? "_check" : ""}`;
  const databaseUrl = server ? await ownDatabase(server, database) : undefined;
  let opened: BenchProduct | undefined;
  return {
    dataDir,
    databaseUrl,
    async open() {
      const product = await startBenchProduct(self, { dataDir, databaseUrl });
      const { close } = product;
      opened = {
        ...product,
        async close() {
          if (!opened) return;
          opened = undefined;
          await close();
        },
      };
      await assertOurs(opened);
      return opened;
    },
    async leave(keep) {
      await opened?.close();
      if (keep) {
        say(`The data stay in ${dataDir}${databaseUrl ? ` and the database ${database}` : ""}.`);
        return;
      }
      if (server) await dropDatabase(server, database);
      removeDataFolder(dataDir);
    },
  };
}

/** Events are never added to a log that is somebody's. */
async function assertOurs({ look }: BenchProduct): Promise<void> {
  const [found] = await look<{ ours: boolean; empty: boolean }[]>`
    select to_regnamespace('bench') is not null as ours, not exists (select from audit_event where model <> 'AuditLog') as empty`;
  if (!found?.ours && !found?.empty)
    throw new UsageError(
      "This data folder holds a log that no bench has made. Set BENCH_DATA_DIR to another one.",
    );
}

async function ownDatabase(server: string, database: string): Promise<string> {
  const url = new URL(server);
  url.pathname = `/${database}`;
  await onServer(server, async (sql) => {
    const [stands] = await sql`select from pg_database where datname = ${database}`;
    if (stands) return;
    const [may] = await sql<{ may: boolean; name: string }[]>`
      select rolcreatedb or rolsuper as may, current_user as name from pg_roles where rolname = current_user`;
    if (!may?.may)
      throw new UsageError(
        `The user "${may?.name}" of DATABASE_URL may not create databases. Give it CREATEDB, or leave DATABASE_URL unset.`,
      );
    await sql.unsafe(`create database ${quote(database)}`);
  });
  return url.href;
}

async function dropDatabase(server: string, database: string): Promise<void> {
  await onServer(server, async (sql) => {
    await sql.unsafe(`drop database if exists ${quote(database)} with (force)`);
    for (const role of Object.values(roleNames(database)))
      await sql.unsafe(`drop role if exists ${quote(role)}`);
  });
}

async function onServer(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, prepare: false, connect_timeout: 10, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
