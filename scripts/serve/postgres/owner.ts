import { linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { createPrivateFile } from "../private-file";
import { isAlive, processMark } from "../process-identity";
import { errorCode, StartError } from "../start-error";

interface Owner {
  readonly pid: number;
  readonly mark: string | undefined;
}

/**
 * The process that started the database of this data folder and still runs, if there is one. An owner that was
 * killed leaves its file behind: then the process is gone, or its id belongs to a process that started later.
 */
export function findOwner(dataDir: string): number | undefined {
  const owner = readOwner(ownerFile(dataDir));
  return owner !== undefined && isRunning(owner) ? owner.pid : undefined;
}

/**
 * Makes this process the owner of the data folder.
 *
 * @returns a function that gives the folder back.
 * @throws StartError when another running process owns it.
 */
export function claimDataFolder(dataDir: string): () => void {
  const file = ownerFile(dataDir);
  const mine: Owner = { pid: process.pid, mark: processMark(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (createPrivateFile(file, JSON.stringify(mine))) return () => release(file, mine);
    const owner = readOwner(file);
    if (owner !== undefined && isRunning(owner) && !isSame(owner, mine)) {
      throw new StartError(
        `The data folder ${dataDir} is in use by process ${owner.pid}. Stop it, or set GURULOG_DATA_DIR to another folder.`,
      );
    }
    removeStale(file, owner);
  }
  throw new StartError(`The data folder ${dataDir} is being claimed by another start. Try again.`);
}

function release(file: string, mine: Owner): void {
  const owner = readOwner(file);
  if (owner !== undefined && isSame(owner, mine)) rmSync(file, { force: true });
}

/**
 * Two starts may find the same stale file. Each moves away what it finds under the name; the slower one may have
 * caught the faster one's new file, sees that, and puts it back.
 */
function removeStale(file: string, stale: Owner | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const moved = readOwner(aside);
  const caughtAnother =
    moved !== undefined && !(stale !== undefined && isSame(moved, stale)) && isRunning(moved);
  if (caughtAnother) linkSync(aside, file);
  rmSync(aside, { force: true });
}

function ownerFile(dataDir: string): string {
  return path.join(dataDir, "owner.json");
}

function isRunning(owner: Owner): boolean {
  return isAlive(owner.pid) && processMark(owner.pid) === owner.mark;
}

function isSame(a: Owner, b: Owner): boolean {
  return a.pid === b.pid && a.mark === b.mark;
}

function readOwner(file: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const value: { pid?: unknown; mark?: unknown } = Object(JSON.parse(text));
    if (typeof value.pid !== "number") return undefined;
    return { pid: value.pid, mark: typeof value.mark === "string" ? value.mark : undefined };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // cut short by a full disk: nobody's
    throw error;
  }
}
