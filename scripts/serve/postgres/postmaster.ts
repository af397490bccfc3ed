import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { isAlive, processName, workingFolder } from "../process-identity";
import { errorCode } from "../start-error";
import { postgresEnvironment } from "./binaries";
import type { Place } from "./place";

const logLimitBytes = 5_000_000;

interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * The running server of this cluster, by its postmaster.pid. After a `kill -9` of Node it lives on and is to be
 * adopted. A process that merely got the same id is not one: its name, and where the system tells its working
 * folder, must fit.
 */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lines = readPidFile(cluster);
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  if (!Number.isInteger(pid) || !Number.isInteger(port) || pid <= 0 || port <= 0) return undefined;
  return isPostmaster(pid, cluster) ? { pid, port } : undefined;
}

/** True while this process is a Postgres of this cluster. */
export function isPostmaster(pid: number, cluster: string): boolean {
  if (!isAlive(pid) || processName(pid) !== "postgres") return false;
  const folder = workingFolder(pid);
  return folder === undefined || folder === cluster;
}

/**
 * Takes away a postmaster.pid whose id now belongs to some other program: Postgres would take that program for its
 * predecessor and refuse to start. Children of a killed server may still be writing, so they are waited for first.
 */
export function clearStalePidFile(cluster: string): void {
  const pid = Number(readPidFile(cluster)?.[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || isPostmaster(pid, cluster)) return;
  if (hasLeftovers(cluster)) return;
  rmSync(path.join(cluster, "postmaster.pid"), { force: true });
}

function hasLeftovers(cluster: string): boolean {
  if (process.platform !== "linux") return false;
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isPostmaster(Number(name), cluster));
}

function readPidFile(cluster: string): string[] | undefined {
  try {
    return readFileSync(path.join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Starts the server. It gets a session of its own, so that Ctrl-C in the terminal reaches us alone and we can stop
 * in order; and it logs to a file, so that it survives us.
 *
 * @param settings further `name=value` server settings.
 * @returns its id and a promise of its end.
 */
export function spawnPostmaster(
  place: Place,
  port: number,
  settings: Readonly<Record<string, string>>,
): { pid: number; ended: Promise<void> } {
  const all = { ...fixedSettings, ...settings, port: String(port) };
  const log = openLog(place);
  try {
    const child = spawn(
      path.join(place.binaries.root, "bin", "postgres"),
      ["-D", place.cluster, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      {
        cwd: place.home,
        env: postgresEnvironment,
        stdio: ["ignore", log, log],
        detached: true,
        ...(place.account === null ? {} : { uid: place.account.uid, gid: place.account.gid }),
      },
    );
    child.unref();
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    return { pid: child.pid ?? 0, ended };
  } finally {
    closeSync(log);
  }
}

/** Given on the command line, where neither ALTER SYSTEM nor an edited file can weaken them. */
const fixedSettings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "256MB",
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  // Statements and values of users stay out of the server's log: only its own life and fatal faults are written.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
};

function openLog(place: Place): number {
  if (existsSync(place.logFile) && statSync(place.logFile).size > logLimitBytes) {
    renameSync(place.logFile, `${place.logFile}.1`);
  }
  return openSync(place.logFile, "a", 0o600);
}

/** The newest FATAL or PANIC line of the server's log, to explain why it does not start. */
export function lastComplaint(place: Place): string {
  const text = existsSync(place.logFile) ? readFileSync(place.logFile, "utf8") : "";
  const line = text.split("\n").findLast((entry) => /\b(FATAL|PANIC)\b|error while loading/.test(entry));
  return line?.replace(/^.*?(FATAL|PANIC):\s*/, "") ?? "see its log";
}
