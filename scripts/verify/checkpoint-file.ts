import { closeSync, openSync, readSync, statSync } from "node:fs";
import { notesIn } from "@/lib/audit/proof/verify-log/build-task";

const looksAtBytes = 1 << 16;

/**
 * Whether a file is a checkpoint or an anchor file: it begins with a note. Only its beginning is read, as an export has any
 * size; and only its beginning counts, as anybody can get a note into the texts of an export.
 * @returns false for what is not there, too: whoever opens it says so
 */
export function isCheckpointFile(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(looksAtBytes);
    const text = buffer.toString("utf8", 0, readSync(handle, buffer, 0, looksAtBytes, 0));
    const [first] = notesIn(text);
    return first !== undefined && text.startsWith(first);
  } finally {
    closeSync(handle);
  }
}
