import { existsSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { freeHome, newPassword, type Place, placeAt } from "./place";
import { findPostmaster } from "./postmaster";
import { stopPostmaster } from "./server";
import { homeOf, readStored, writeStored } from "./stored-place";

/** The database that a data folder has, if any. */
export interface PresentDatabase {
  readonly home: string;
  readonly cluster: string;
  readonly password: string;
}

/** The embedded database of a data folder; undefined before its first start. Makes nothing. */
export function presentDatabase(dataDir: string): PresentDatabase | undefined {
  const stored = readStored(dataDir);
  if (stored === undefined) return undefined;
  const home = homeOf(dataDir, stored);
  const cluster = path.join(home, "cluster");
  return existsSync(cluster)
    ? { home, cluster: realpathSync(cluster), password: stored.password }
    : undefined;
}

/**
 * A new folder for a database to be restored, beside the one in use. Until `switchToRestored` the data folder goes on naming
 * the other one, so a restore that is killed changes nothing; what it leaves is removed by `clearUnfinished`.
 */
export function newRestorePlace(dataDir: string): Place {
  const stored = readStored(dataDir) ?? { password: newPassword() };
  const restoring = process.getuid?.() === 0 ? freeHome(dataDir) : freeName(dataDir);
  writeStored(dataDir, { ...stored, restoring });
  return placeAt(path.resolve(dataDir, restoring), newPassword());
}

/** Below the data folder, and named relative to it: the folder may be moved. */
function freeName(dataDir: string): string {
  for (let number = 2; ; number++) {
    const name = `postgres-${number}`;
    if (!existsSync(path.join(dataDir, name))) return name;
  }
}

/** From here on the data folder's database is the restored one: one file is replaced, at one instant. */
export function switchToRestored(dataDir: string, place: Pick<Place, "password">): void {
  const home = readStored(dataDir)?.restoring;
  if (home === undefined) throw new Error("no restore is under way in this data folder");
  writeStored(dataDir, { password: place.password, home, made: true });
}

/** Removes what a killed or failed restore has left: its server, if it still runs, and its folder. */
export async function clearUnfinished(dataDir: string): Promise<void> {
  const stored = readStored(dataDir);
  if (stored?.restoring === undefined) return;
  const home = path.resolve(dataDir, stored.restoring);
  if (home !== homeOf(dataDir, stored) && existsSync(home)) {
    const real = realpathSync(home);
    const cluster = path.join(real, "cluster");
    const server = findPostmaster(cluster);
    if (server !== undefined) await stopPostmaster(server.pid, cluster);
    rmSync(real, { recursive: true, force: true, maxRetries: 5 });
    rmSync(`${real}.log`, { force: true });
  }
  const { restoring: _, ...kept } = stored;
  writeStored(dataDir, kept);
}
