import { readFileSync } from "node:fs";
import path from "node:path";
import { writePrivateFile } from "../private-file";
import { errorCode, StartError } from "../start-error";

/** What `<data folder>/postgres.json` keeps: where the embedded database is. It is replaced whole or not at all. */
export interface StoredPlace {
  readonly password: string;
  /**
   * Folder of the database, absolute or below the data folder; absent when it is `postgres` in there.
   */
  readonly home?: string | undefined;
  /** Set once the cluster has been made: from then on a missing cluster is a loss, not a first start. */
  readonly made?: boolean | undefined;
  /** Folder that a restore is filling, so that one that was killed can be cleared away. */
  readonly restoring?: string | undefined;
}

export function storedFile(dataDir: string): string {
  return path.join(dataDir, "postgres.json");
}

/** The folder of the database. */
export function homeOf(dataDir: string, stored: Pick<StoredPlace, "home">): string {
  return path.resolve(dataDir, stored.home ?? "postgres");
}

export function writeStored(dataDir: string, stored: StoredPlace): void {
  writePrivateFile(storedFile(dataDir), `${JSON.stringify(stored)}\n`);
}

/** Notes that the cluster is made (see `StoredPlace.made`). */
export function rememberCluster(dataDir: string): void {
  const stored = readStored(dataDir);
  if (stored !== undefined && !stored.made) writeStored(dataDir, { ...stored, made: true });
}

/** @throws StartError when the file cannot be read or understood; undefined when there is none */
export function readStored(dataDir: string): StoredPlace | undefined {
  const file = storedFile(dataDir);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new StartError(`Cannot read ${file} (${errorCode(error)}). Start as the user who owns it.`, {
      cause: error,
    });
  }
  try {
    const value: Record<string, unknown> = Object(JSON.parse(text));
    if (typeof value.password === "string") {
      return {
        password: value.password,
        home: typeof value.home === "string" ? value.home : undefined,
        made: value.made === true,
        restoring: typeof value.restoring === "string" ? value.restoring : undefined,
      };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartError(`${file} is damaged. Restore it from a backup: it holds the database's password.`);
}
