import { spawn } from "node:child_process";
import { isOrphaned } from "./parent.mjs";
import { root } from "./paths.mjs";

const reportEveryMs = 10_000;
const parentCheckMs = 500;
const keptOutputBytes = 2_000_000;

/** A failure that has one line to say. */
export class StepError extends Error {
  name = "StepError";
}

/**
 * Runs a command with its output kept back, and says now and then how long it has been.
 * @param {string} label such as "Installing"; empty to say nothing
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, show?: boolean }} [options] show: pass the output on as it comes
 * @returns {Promise<{ code: number, output: string, stdout: string, seconds: number }>}
 */
export async function runChild(label, command, args, options = {}) {
  const begun = Date.now();
  const secondsSince = () => Math.round((Date.now() - begun) / 1000);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    stdout += chunk;
    output = (output + chunk).slice(-keptOutputBytes);
    if (options.show) process.stdout.write(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    output = (output + chunk).slice(-keptOutputBytes);
    if (options.show) process.stderr.write(chunk);
  });
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    child.kill("SIGTERM");
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A SIGTERM to npm does not reach us; it only takes our parent away.
  const parentTimer = setInterval(() => isOrphaned() && interrupt(), parentCheckMs);
  if (label) console.log(`${label}…`);
  const timer = label
    ? setInterval(() => console.log(`${label}… ${secondsSince()} s`), reportEveryMs)
    : undefined;
  try {
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status ?? 1));
    });
    if (interrupted) process.exit(130);
    return { code, output, stdout, seconds: (Date.now() - begun) / 1000 };
  } catch (error) {
    return { code: 127, output: String(error.message), stdout: "", seconds: 0 };
  } finally {
    clearInterval(timer);
    clearInterval(parentTimer);
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
