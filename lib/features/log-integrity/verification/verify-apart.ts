import "server-only";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";
import { type LogReport, type VerifyTask, verifyLog } from "@/lib/audit/proof/verify-log";
import { childEnv } from "@/lib/platform/child-env";
import { runtime } from "@/lib/platform/runtime";

interface Options {
  signal: AbortSignal;
  onProgress: (part: number) => void;
}

/** A line that the child writes. */
type Told = { progress: number } | { report: LogReport } | { problem: string };

/**
 * Verifies in a process of its own, at low priority: neither the event loop nor the acts of people wait for it. It is
 * told everything on its standard input, the database's password too, which an argument would show to every user of the
 * machine. Where there are no bundles (tests of the sources) it is done here.
 *
 * @throws NotChecked when it cannot be said either way, and when the process ends without an answer
 */
export async function verifyApart(task: VerifyTask, { signal, onProgress }: Options): Promise<LogReport> {
  const { productDir } = runtime();
  if (productDir === undefined) return verifyLog(task, { limit: 100, onProgress });
  const script = path.join(productDir, "build", "verify.mjs");
  const child = spawn(process.execPath, ["--enable-source-maps", script, "--task"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: childEnv(),
    signal,
  });
  // Attached at once: a child that cannot be started, or is aborted, says so by this event.
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const ended = once(child, "close");
  lowerPriority(child.pid);
  child.stdin.on("error", () => {}); // it has ended; what it said, or did not say, decides
  child.stdin.end(JSON.stringify(task));
  const read = async (): Promise<LogReport> => {
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line) as Told;
      if ("report" in told) return told.report;
      if ("problem" in told) throw new NotChecked(told.problem);
      onProgress(told.progress);
    }
    throw new NotChecked("The process that verified the log ended before it was done.");
  };
  try {
    return await Promise.race([read(), failed]);
  } finally {
    child.kill();
    await Promise.race([ended, failed.catch(() => {})]);
  }
}

/** A courtesy: a child that has ended by now, or a system that forbids it, is no reason not to verify. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
