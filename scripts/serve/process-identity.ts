import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { errorCode } from "./start-error";

/** True while a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function isZombie(pid: number): boolean {
  return process.platform === "linux" && readStat(pid)?.[0] === "Z";
}

/** Name of the executable, such as `postgres` or `node`; undefined when there is no such process. */
export function processName(pid: number): string | undefined {
  if (process.platform === "linux") return readText(`/proc/${pid}/comm`)?.trim();
  const command = askPs(pid, "comm");
  return command?.split("/").at(-1);
}

/**
 * A mark that a later process with the same id does not have: the time at which the process started. Process ids
 * are reused, in a restarted container at once.
 */
export function processMark(pid: number): string | undefined {
  if (process.platform === "linux") return readStat(pid)?.[19];
  return askPs(pid, "lstart");
}

/** The folder a process works in, where the system tells (Linux); undefined otherwise. */
export function workingFolder(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined; // gone meanwhile, or of another user
  }
}

/** Fields of /proc/<pid>/stat after the name, which may itself hold blanks and brackets. [0] is the state. */
function readStat(pid: number): string[] | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function askPs(pid: number, column: "comm" | "lstart"): string | undefined {
  try {
    const output = execFileSync("ps", ["-o", `${column}=`, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return output.trim() || undefined;
  } catch (error) {
    if (error instanceof Error) return undefined; // ps exits 1 when there is no such process
    throw error;
  }
}
