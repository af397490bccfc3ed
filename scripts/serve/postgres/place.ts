import { createHash, randomBytes } from "node:crypto";
import { accessSync, chmodSync, chownSync, constants, existsSync, mkdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { errorCode, StartError } from "../start-error";
import { type Account, chooseAccount } from "./account";
import { type Binaries, completeLinks, copyBinaries, findBinaries } from "./binaries";
import { homeOf, readStored, storedFile, writeStored } from "./stored-place";

/** Where a root process keeps clusters and binaries: a checkout under a 0700 home is out of another account's reach. */
const sharedFolder = "/var/lib/gurulog";

export interface Place {
  /** Folder of this database: the cluster and its server log. */
  readonly home: string;
  readonly cluster: string;
  readonly logFile: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
  readonly account: Account | null;
  readonly binaries: Binaries;
}

/**
 * Decides where the database lives, makes its folders, and keeps that and the superuser's password in
 * `<data folder>/postgres.json` (0600), so that a moved checkout finds its data again.
 */
export function preparePlace(dataDir: string): Place {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = storedFile(dataDir);
  const inside = path.join(dataDir, "postgres");
  const insideIsUsed = existsSync(path.join(inside, "cluster"));
  const isRoot = process.getuid?.() === 0;

  let stored = readStored(dataDir);
  if (stored === undefined && insideIsUsed) {
    throw new StartError(
      `${inside} holds a database, but its password file ${file} is missing. Restore that file.`,
    );
  }
  if (stored === undefined || (isRoot && stored.home === undefined && !insideIsUsed)) {
    stored = {
      ...stored,
      password: stored?.password ?? newPassword(),
      home: isRoot ? freeHome(dataDir) : undefined,
    };
    writeStored(dataDir, stored);
  }
  const home = homeOf(dataDir, stored);
  if (!isRoot) assertReachable(home);
  const cluster = path.join(home, "cluster");
  const exists = existsSync(cluster);
  if (stored.made && !exists) {
    throw new StartError(
      `The database folder ${cluster} is gone. Restore it, or delete ${file} to begin empty.`,
    );
  }
  return placeAt(home, stored.password);
}

export function newPassword(): string {
  return randomBytes(32).toString("base64url");
}

/** Makes the folder of a database where it is missing, and finds the binaries for it. */
export function placeAt(home: string, password: string): Place {
  const cluster = path.join(home, "cluster");
  const account = chooseAccount(existsSync(cluster) ? cluster : null);
  makeHome(home, account);
  const realHome = realpathSync(home); // a server is recognised by its working folder, which the system tells resolved
  const found = findBinaries();
  const binaries = account === null ? found : copyBinaries(found, sharedFolder);
  completeLinks(binaries);
  return {
    home: realHome,
    cluster: path.join(realHome, "cluster"),
    logFile: logFileOf(realHome, account),
    password,
    account,
    binaries,
  };
}

/** Where another account owns the home, we write the log beside it: that account could turn a name in there into a link. */
function logFileOf(home: string, account: Account | null): string {
  return account === null ? path.join(home, "postgres.log") : `${home}.log`;
}

function assertReachable(home: string): void {
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw new StartError(`The database in ${home} belongs to another user. Start as the user who made it.`, {
      cause: error,
    });
  }
}

/** Data left by a data folder that has been deleted since is never touched: the next free name is taken. */
export function freeHome(dataDir: string): string {
  const hash = createHash("sha256").update(path.resolve(dataDir)).digest("hex").slice(0, 16);
  for (let number = 1; ; number++) {
    const home = path.join(sharedFolder, number === 1 ? hash : `${hash}-${number}`);
    if (!existsSync(home)) return home;
  }
}

function makeHome(home: string, account: Account | null): void {
  try {
    if (account !== null) {
      mkdirSync(sharedFolder, { recursive: true });
      chmodSync(sharedFolder, 0o755);
    }
    mkdirSync(home, { recursive: true, mode: 0o700 });
    if (account !== null) chownSync(home, account.uid, account.gid);
  } catch (error) {
    throw new StartError(
      `Cannot make the database folder ${home} (${errorCode(error)}). Start as a normal user, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
