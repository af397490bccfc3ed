import type { DatabaseMode } from "@/lib/platform/runtime";
import { type Settings, storedFingerprint } from "../serve/boot";
import { bootstrapRoles } from "../serve/bootstrap-roles";
import { loadKeys } from "../serve/keys";
import { presentDatabase } from "../serve/postgres/restore-place";
import { startEmbeddedPostgres } from "../serve/postgres/start-embedded";
import type { Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

export interface Source {
  /** A login that may read every table, after becoming `role` where that is set. */
  url: string;
  role?: string;
  mode: DatabaseMode;
}

/**
 * The database to back up: the embedded one, running or started for the time, or the one of DATABASE_URL. Nothing is
 * migrated: it is backed up as it is.
 * @throws StartError when there is none
 */
export async function openSource(
  { env, dataDir }: Settings,
  shutdown: Shutdown,
  log: (line: string) => void,
): Promise<Source> {
  if (!env.DATABASE_URL) {
    if (presentDatabase(dataDir) === undefined)
      throw new StartError(`There is no database in ${dataDir}. Set GURULOG_DATA_DIR to the folder of one.`);
    const server = await startEmbeddedPostgres({ dataDir, log, joinRunning: true });
    shutdown.add("Postgres", () => server.stop(), 30_000);
    return { url: server.superuserUrl, mode: "enforced" };
  }
  const adminUrl = env.DATABASE_URL;
  const stored = await storedFingerprint(env.DATABASE_DIRECT_URL ?? adminUrl, "DATABASE_URL");
  if (stored === null)
    throw new StartError(
      "The database of DATABASE_URL holds nothing of Gurulog yet. Start it once, then back it up.",
    );
  const keys = loadKeys({ dataDir, env, databaseFingerprint: stored });
  const { mode, urls, roles } = await bootstrapRoles({ adminUrl, embedded: false, keys, env });
  return { url: urls.maintenance, mode, ...(mode === "enforced" ? { role: roles.owner } : {}) };
}
