import { randomBytes } from "node:crypto";
import path from "node:path";
import { readStored } from "./keys";
import { markOf, parseEncryptionKey } from "./keys-format";
import { writePrivateFile } from "./private-file";
import { StartError } from "./start-error";

export interface RingChange {
  /** Ids before and after, the current key first. */
  before: string[];
  after: string[];
  /** The value that GURULOG_ENCRYPTION_KEY must be set to; null when keys.json holds the keys and was changed. */
  variable: string | null;
  /** keys.json. */
  file: string;
}

/**
 * Puts a new encryption key before the others, or takes the others away. Takes effect at the next start.
 *
 * @param options.variable GURULOG_ENCRYPTION_KEY as it is set; then nothing is written, and the value to set is returned
 * @throws StartError when there is no key yet, or one is malformed
 */
export function changeRing(options: {
  dataDir: string;
  variable: string | undefined;
  change: "add" | "retire";
}): RingChange {
  const file = path.join(options.dataDir, "keys.json");
  const fromEnvironment = options.variable?.trim() || undefined;
  const stored = fromEnvironment ? undefined : readStored(file);
  const keys = fromEnvironment?.split(",").map((key) => key.trim()) ?? stored?.encryptionKeys ?? [];
  const [current] = keys;
  if (current === undefined)
    throw new StartError(`There is no encryption key in ${file} yet. Start Gurulog once, then rotate.`);
  const idOf = (text: string) => parseEncryptionKey(text, file).id;
  const before = keys.map(idOf);
  const after = options.change === "add" ? [randomBytes(32).toString("base64"), ...keys] : [current];
  if (stored) writePrivateFile(file, `${JSON.stringify({ ...stored, encryptionKeys: after }, null, 2)}\n`);
  return { before, after: after.map(idOf), variable: stored ? null : after.join(","), file };
}

/**
 * Does whatever was started last seal with this key? Else it could not open what is sealed with it now.
 * @param stored the fingerprint of the last start, as `keysFingerprint` makes it
 */
export function sealsWith(stored: string, key: Parameters<typeof markOf>[0]): boolean {
  return stored.split(":")[3]?.split(",")[0] === markOf(key);
}
