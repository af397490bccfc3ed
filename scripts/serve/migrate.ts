import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import PgBoss from "pg-boss";
import postgres from "postgres";
import { type JobName, jobNames } from "@/lib/jobs/jobs";
import { queueValues } from "@/lib/jobs/queue-values";
import type { DatabaseMode, DatabaseRoles } from "@/lib/platform/runtime";

/** Their trouble passes in minutes, not in seconds: a host that is down, or that asks for patience. */
const networkQueues: readonly JobName[] = ["index-website", "index-repository", "run-backfill-job"];
/** Before the first retry; each further one waits twice as long. */
const networkRetryS = 30;

interface MigrationOptions {
  /** A login that may become the owning role (enforced) or owns everything (guard-rail). */
  maintenanceUrl: string;
  roles: DatabaseRoles;
  mode: DatabaseMode;
  /** The folder `drizzle`, by default that of the working directory. */
  folder?: string;
}

/**
 * Brings the database to this version: drizzle's migrations, the queue's tables, then everything in drizzle/always.
 * One instance at a time does it, under an advisory lock.
 */
export async function migrate(options: MigrationOptions): Promise<void> {
  const folder = options.folder ?? path.resolve("drizzle");
  await asMigrator(options, async (sql) => {
    await migrateTables(sql, folder);
    await makeQueues(sql);
    await runAlways(sql, path.join(folder, "always"));
  });
}

/** Drizzle's migrations of a folder, those that the database lacks. */
export async function migrateTables(sql: postgres.Sql, folder: string): Promise<void> {
  await applyMigrations(drizzle(sql), {
    migrationsFolder: folder,
    migrationsSchema: "public",
    migrationsTable: "schema_migration",
  });
}

/** Runs work as the owner of the tables, under the lock, with the settings that the migrations ask for. */
export async function asMigrator<T>(
  options: Omit<MigrationOptions, "folder">,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const { roles, mode } = options;
  const sql = postgres(options.maintenanceUrl, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "gurulog migrate", TimeZone: "UTC" },
  });
  try {
    await sql`select pg_advisory_lock(hashtext('gurulog.migrate'))`;
    for (const [name, value] of Object.entries({
      "gurulog.role_owner": roles.owner,
      "gurulog.role_maintenance": roles.maintenance,
      "gurulog.role_app": roles.app,
      "gurulog.role_sealer": roles.sealer,
      "gurulog.mode": mode,
    })) {
      await sql`select set_config(${name}, ${value}, false)`;
    }
    // Objects belong to the owning role, which nobody can sign in as.
    if (mode === "enforced") await sql.unsafe(`set role "${roles.owner.replaceAll('"', '""')}"`);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The queue library's tables, empty. */
export async function makeQueueTables(sql: postgres.Sql): Promise<void> {
  const [found] = await sql`select 1 from pg_tables where schemaname = 'pgboss' and tablename = 'version'`;
  if (!found) await sql.unsafe(PgBoss.getConstructionPlans("pgboss"));
}

/** The queue library's plan, run by us so that it needs no pool of its own here. */
async function makeQueues(sql: postgres.Sql): Promise<void> {
  await makeQueueTables(sql);
  const boss = new PgBoss({
    db: {
      executeSql: async (text: string, values: unknown[] = []) => ({
        rows: [...(await sql.unsafe(text, queueValues(values)))],
      }),
    },
    schema: "pgboss",
    migrate: false,
    supervise: false,
    schedule: false,
  });
  boss.on("error", (error) => {
    throw error;
  });
  await boss.start();
  for (const name of jobNames) {
    const settings: PgBoss.Queue = {
      name,
      policy: "standard",
      retryLimit: 3,
      retryBackoff: true,
      expireInSeconds: 1800,
      ...(networkQueues.includes(name) ? { retryDelay: networkRetryS } : {}),
    };
    // The library writes into what it is given.
    await boss.createQueue(name, { ...settings });
    // One that is there already keeps the settings of the version that made it. A start that changes nothing writes nothing.
    const stands = await boss.getQueue(name);
    const differs = Object.entries(settings).some(
      ([key, value]) => stands?.[key as keyof typeof stands] !== value,
    );
    if (differs) await boss.updateQueue(name, { ...settings });
  }
  await boss.stop({ graceful: false });
}

async function runAlways(sql: postgres.Sql, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((f) => f.endsWith(".sql")).sort();
  for (const file of files) {
    const text = await readFile(path.join(folder, file), "utf8");
    for (const statement of text.split("--> statement-breakpoint")) await sql.unsafe(statement);
  }
}
