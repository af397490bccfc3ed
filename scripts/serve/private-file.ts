import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { errorCode } from "./start-error";

/**
 * Writes a file readable by its owner alone, whole or not at all: a temporary file is written, synced and renamed.
 */
export function writePrivateFile(file: string, text: string): void {
  const temporary = writeTemporary(file, text);
  renameSync(temporary, file);
  syncFolder(file);
}

/**
 * The same, but never over a file that is there.
 *
 * @returns false when the file exists already; it is left as it is.
 */
export function createPrivateFile(file: string, text: string): boolean {
  const temporary = writeTemporary(file, text);
  try {
    linkSync(temporary, file); // unlike rename, link fails when the name is taken
    syncFolder(file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeTemporary(file: string, text: string): string {
  const temporary = `${file}.${process.pid}.${Date.now()}.tmp`;
  const descriptor = openSync(temporary, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return temporary;
}

function syncFolder(file: string): void {
  const descriptor = openSync(path.dirname(file), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
