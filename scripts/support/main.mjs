import { existsSync } from "node:fs";
import { StepError } from "./child.mjs";
import { rememberParent } from "./parent.mjs";
import { root } from "./paths.mjs";

const clearErrors = new Set(["StepError", "StartError", "EnvError"]);

/**
 * Runs a script's work. An error that says what to do is printed as one line, any other with its stack; both end
 * with exit code 1.
 * @param {() => Promise<void>} work
 */
export async function main(work) {
  rememberParent();
  try {
    process.chdir(root);
    await work();
  } catch (error) {
    const isClear = error instanceof StepError || clearErrors.has(error?.name);
    console.error(isClear ? `gurulog: ${error.message}` : error);
    process.exit(1);
  }
}

/** Reads `.env` where there is one; variables that are set already win. */
export function loadEnvironmentFile() {
  if (existsSync(".env")) process.loadEnvFile(".env");
}
