import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  fchownSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { StartError } from "../start-error";
import { majorVersion, postgresEnvironment } from "./binaries";
import type { Place } from "./place";

/**
 * Makes the cluster on the first start. It is made in a neighbour folder and renamed when whole, so that a start
 * killed half way is simply repeated.
 *
 * @throws StartError when the cluster was made by another major version, or cannot be made.
 */
export async function ensureCluster(place: Place, options: { sync: boolean }): Promise<void> {
  if (existsSync(place.cluster)) {
    assertSameMajor(place);
    return;
  }
  for (const name of readdirSync(place.home)) {
    if (name.startsWith("unfinished-")) rmSync(path.join(place.home, name), { recursive: true, force: true });
  }
  const unfinished = path.join(place.home, `unfinished-${process.pid}`);
  const passwordFile = path.join(place.home, `unfinished-password-${process.pid}`);
  writeFor(place.account, passwordFile, place.password);
  try {
    await runInitdb(place, [
      `--pgdata=${unfinished}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      // Without these the encoding and collation would come from the environment: SQL_ASCII when LANG is unset.
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--data-checksums",
      ...(options.sync ? [] : ["--no-sync"]),
    ]);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, place.cluster);
}

/** Opened exclusively and handed over by descriptor: the account that owns the folder cannot slip a link in between. */
function writeFor(account: Place["account"], file: string, text: string): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    if (account !== null) fchownSync(descriptor, account.uid, account.gid);
  } finally {
    closeSync(descriptor);
  }
}

function assertSameMajor(place: Place): void {
  const made = readFileSync(path.join(place.cluster, "PG_VERSION"), "utf8").trim();
  const have = majorVersion(place.binaries);
  if (made === String(have)) return;
  throw new StartError(
    `The database in ${place.home} was made by Postgres ${made}, and this release brings Postgres ${have}. Back it up with the release that made it (npm run backup), then restore it with this one (npm run restore -- FILE --replace).`,
  );
}

async function runInitdb(place: Place, args: string[]): Promise<void> {
  const child = spawn(path.join(place.binaries.root, "bin", "initdb"), args, {
    cwd: place.home,
    env: postgresEnvironment,
    stdio: ["ignore", "ignore", "pipe"],
    ...(place.account === null ? {} : { uid: place.account.uid, gid: place.account.gid }),
  });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  const lastLine = complaint.trim().split("\n").at(-1) ?? "";
  throw new StartError(`The database could not be made in ${place.home}: ${lastLine}`);
}
