import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultWorld } from "./world";

export const ioErrorKinds = [
  "fsync of the WAL",
  "write of the WAL",
  "fsync of data",
  "file too large",
] as const;
export type IoErrorKind = (typeof ioErrorKinds)[number];

const injections: Record<Exclude<IoErrorKind, "file too large">, string> = {
  "fsync of the WAL": "fdatasync:error=EIO",
  "write of the WAL": "pwrite64:error=ENOSPC",
  "fsync of data": "fsync:error=EIO",
};

/** May this user trace a process that is not its child? Not everywhere. */
export function canTrace(): boolean {
  const child = spawn("sleep", ["5"], { stdio: "ignore" });
  try {
    execFileSync("strace", ["-p", String(child.pid), "-o", "/dev/null", "-qq", "-e", "trace=none"], {
      stdio: "ignore",
      timeout: 300,
    });
    return true;
  } catch (error) {
    // It went on tracing until the time was over: that is what was asked.
    return (error as { code?: string }).code === "ETIMEDOUT";
  } finally {
    child.kill();
  }
}

/**
 * Lets calls of Postgres's processes fail as a broken or a full disk would, under load, until the server has noticed.
 * @returns how many calls failed
 */
export async function injectIoErrors(
  world: FaultWorld,
  kind: IoErrorKind,
  random: () => number,
): Promise<number> {
  return kind === "file too large" ? limitFileSize(world) : failCalls(world, kind, random);
}

/** A limit of 8 KiB on the files that the processes may write: the next flush of the WAL of each fails with EFBIG. */
async function limitFileSize(world: FaultWorld): Promise<number> {
  const limited = world.backends().filter((pid) => {
    try {
      // As its own user: being root is not enough where the right to raise limits is taken away.
      execFileSync("prlimit", ["--pid", String(pid), "--fsize=8192"], { stdio: "ignore", ...ownerOf(pid) });
      return true;
    } catch {
      return false; // it has just ended
    }
  });
  // The server ends all of them as soon as one could not write; new ones have the postmaster's limit.
  await untilReplaced(world, limited);
  return limited.length > 0 ? 1 : 0;
}

function ownerOf(pid: number): { uid?: number; gid?: number } {
  const { uid, gid } = statSync(`/proc/${pid}`);
  return process.getuid?.() === 0 ? { uid, gid } : {};
}

async function failCalls(
  world: FaultWorld,
  kind: Exclude<IoErrorKind, "file too large">,
  random: () => number,
): Promise<number> {
  const file = path.join(tmpdir(), `gurulog-faults-${process.pid}.strace`);
  const traced = world.backends();
  // The first calls go through, each time another number of them.
  const when = `when=${1 + Math.floor(random() * 6)}+`;
  const call = injections[kind];
  const name = call.split(":")[0] ?? "";
  const strace = spawn(
    "strace",
    [
      "-f",
      "-qq",
      "-o",
      file,
      "-e",
      `trace=${name}`,
      "-e",
      `inject=${call}:${when}`,
      ...traced.flatMap((pid) => ["-p", String(pid)]),
    ],
    { stdio: "ignore" },
  );
  try {
    if (kind === "fsync of data") await world.ask((sql) => sql`checkpoint`).catch(() => undefined);
    await untilReplaced(world, traced);
  } finally {
    await ended(strace);
  }
  const injected = readFileSync(file, "utf8").match(/\(INJECTED\)/g)?.length ?? 0;
  rmSync(file, { force: true });
  return injected;
}

/** Until none of these processes is left: the server has seen the error and begun anew. */
async function untilReplaced(world: FaultWorld, pids: number[]): Promise<void> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    const alive = new Set(world.backends());
    if (!pids.some((pid) => alive.has(pid))) return;
    await delay(25);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT"); // it detaches, and what it traced goes on
  await over;
}
