import { mkdirSync, statfsSync } from "node:fs";
import path from "node:path";
import postgres from "postgres";
import type { Env } from "@/lib/platform/env";
import { bootstrapRoles } from "../serve/bootstrap-roles";
import { loadKeys } from "../serve/keys";
import { ensureCluster } from "../serve/postgres/cluster";
import { claimDataFolder, findOwner } from "../serve/postgres/owner";
import { findPostmaster } from "../serve/postgres/postmaster";
import { superuserUrl, withConnection } from "../serve/postgres/readiness";
import {
  clearUnfinished,
  newRestorePlace,
  type PresentDatabase,
  presentDatabase,
  switchToRestored,
} from "../serve/postgres/restore-place";
import { runServer, stopPostmaster } from "../serve/postgres/server";
import { databaseName, ensureDatabase } from "../serve/postgres/start-embedded";
import { errorCode, StartError } from "../serve/start-error";
import { finishRestore } from "./finish-restore";
import type { Manifest } from "./format";
import { compareTables, loadTables } from "./load-tables";
import { checkBackup } from "./read-backup";
import { assertMigrationsKnown, rebuildSchema } from "./rebuild-schema";
import { copySettings } from "./table-copy";

interface RestoreOptions {
  readonly file: string;
  /** GURULOG_DATA_DIR; it may be missing or empty, but for keys.json. */
  readonly dataDir: string;
  /** Whether a database that is there already may be set aside. */
  readonly replace: boolean;
  readonly env: Pick<Env, Extract<keyof Env, `GURULOG_${string}` | "AUTH_SECRET">>;
  /** Folder of the product, with `drizzle` in it. */
  readonly productDir: string;
  /** Version of the product. */
  readonly product: string;
  readonly log: (line: string) => void;
  readonly onProgress?: (step: string, bytes: number, of: number) => void;
  /** Hands over the way to remove what is unfinished, for a process that is told to stop. */
  readonly onBegun?: (abandon: () => Promise<void>) => void;
  /** Tests only: trades durability for speed. */
  readonly unsafeFast?: boolean;
}

export interface Restored {
  manifest: Manifest;
  /** Folder of the restored database. */
  home: string;
  /** Folder of the one that was in use before, untouched; null when there was none. */
  setAside: string | null;
}

/**
 * Restores a backup into a new cluster beside the present one and, when every row has been compared, makes it the data
 * folder's database by replacing one small file. Killed at any instant before, everything is as it was.
 *
 * @throws StartError in one line: the product runs, a database is in the way, the keys are others, the file is not whole
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { dataDir, file, log } = options;
  const folder = path.join(options.productDir, "drizzle");
  await assertStopped(dataDir);
  assertMayReplace(dataDir, options.replace);
  log("Checking the backup…");
  const manifest = await checkBackup(file);
  assertMigrationsKnown(manifest, folder, options.product);
  const keys = loadKeys({ dataDir, env: options.env, databaseFingerprint: manifest.keysFingerprint });

  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const release = claimDataFolder(dataDir);
  let server: Awaited<ReturnType<typeof runServer>> | undefined;
  const abandon = once(async () => {
    await server?.stop();
    await clearUnfinished(dataDir);
    release();
  });
  options.onBegun?.(abandon);
  try {
    const present = assertMayReplace(dataDir, options.replace);
    await clearUnfinished(dataDir);
    const place = newRestorePlace(dataDir);
    assertSpace(place.home, manifest);
    log(`Making a new database in ${place.home}…`);
    await ensureCluster(place, { sync: !options.unsafeFast });
    const fast = { fsync: "off", full_page_writes: "off" };
    // What a table takes in the transaction that emptied it is then synced at the commit instead of logged.
    const settings = { wal_level: "minimal", max_wal_senders: "0", ...(options.unsafeFast ? fast : {}) };
    server = await runServer(place, { settings, log });
    await ensureDatabase(superuserUrl(server.port, place.password, "postgres"));
    const url = superuserUrl(server.port, place.password, databaseName);
    const { urls, roles } = await bootstrapRoles({
      adminUrl: url,
      embedded: true,
      keys,
      allowUnsafeFsync: options.unsafeFast ?? false,
    });
    const target = { superuserUrl: url, maintenanceUrl: urls.maintenance, roles, folder };
    await rebuildSchema(target, manifest);
    await fill(url, options, manifest);
    log("Building functions, rights and triggers…");
    await finishRestore(target, manifest);
    await server.stop();
    server = undefined;
    if (present !== undefined) await stopOrphan(present);
    switchToRestored(dataDir, place);
    return { manifest, home: place.home, setAside: present?.home ?? null };
  } catch (error) {
    throw explain(error);
  } finally {
    await abandon();
  }
}

async function fill(url: string, options: RestoreOptions, manifest: Manifest): Promise<void> {
  const total = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const sql = postgres(url, {
    max: 1,
    max_lifetime: null,
    prepare: false,
    onnotice: () => {},
    connection: { application_name: "gurulog restore", maintenance_work_mem: "256MB", ...copySettings },
  });
  try {
    let done = 0;
    await loadTables(sql, options.file, manifest, (bytes) => {
      done += bytes;
      options.onProgress?.("Loading", done, total);
    });
    options.log("Comparing every row with the backup…");
    await compareTables(sql, manifest);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** @throws StartError while anything works on the present database */
async function assertStopped(dataDir: string): Promise<void> {
  const owner = findOwner(dataDir);
  if (owner !== undefined) throw new StartError(`Gurulog runs (process ${owner}). Stop it, then restore.`);
  const present = presentDatabase(dataDir);
  const server = present && findPostmaster(present.cluster);
  if (!present || !server) return;
  // Its launcher was killed. A worker of its own may go on.
  const others = await withConnection(
    superuserUrl(server.port, present.password, databaseName),
    async (sql) => {
      const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
      return row?.n ?? 0;
    },
  );
  if (others > 0)
    throw new StartError("Something still works on the database (a worker?). Stop it, then restore.");
}

function assertMayReplace(dataDir: string, replace: boolean): PresentDatabase | undefined {
  const present = presentDatabase(dataDir);
  if (present === undefined || replace) return present;
  throw new StartError(
    `There is a database in ${present.home}. Use --replace to set it aside (it is kept), or set GURULOG_DATA_DIR to another folder.`,
  );
}

/** A server whose launcher was killed: the data folder will no longer know it. */
async function stopOrphan({ cluster }: PresentDatabase): Promise<void> {
  const server = findPostmaster(cluster);
  if (server !== undefined) await stopPostmaster(server.pid, cluster);
}

/** Rows take about as much on disk as in text, indexes half as much again. */
function assertSpace(home: string, manifest: Manifest): void {
  const needed = manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0) * 1.5 + 200e6;
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize >= needed) return;
  throw new StartError(
    `The restored database needs about ${megabytes(needed)} in ${home}, and ${megabytes(bavail * bsize)} are free. Make room, then restore.`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
}

function explain(error: unknown): unknown {
  const cause = error instanceof StartError && error.cause !== undefined ? error.cause : error;
  if (errorCode(cause) !== "53100") return error;
  return new StartError("The disk is full: nothing was restored. Make room, then restore.", { cause: error });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
