import { randomBytes } from "node:crypto";
import path from "node:path";
import { readStored } from "./keys";
import { markOf, parseEncryptionKey, type StoredKeys } from "./keys-format";
import { createPrivateFile, writePrivateFile } from "./private-file";
import { StartError } from "./start-error";

export interface RingChange {
  /** Ids before and after, the current key first. */
  before: string[];
  after: string[];
  /** The value that GURULOG_ENCRYPTION_KEY must be set to; null when keys.json holds the keys and was changed. */
  variable: string | null;
  /** keys.json. */
  file: string;
  /** Where keys.json stands as it was, with the keys that were taken away; null when none was taken from it. */
  former: string | null;
}

/**
 * Puts a new encryption key before the others, or takes the others away. Takes effect at the next start. What is taken
 * away may be the only copy of a key that older backups need: keys.json is kept as it was, beside the new one.
 *
 * @param options.variable GURULOG_ENCRYPTION_KEY as it is set; then nothing is written, and the value to set is returned
 * @param options.change `keepOnly`: id of the key that everything was just encrypted with
 * @throws StartError when there is no key yet, one is malformed, or the one to keep is not the first any more
 */
export function changeRing(options: {
  dataDir: string;
  variable: string | undefined;
  change: "add" | { keepOnly: string };
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
  const { change } = options;
  if (change !== "add" && idOf(current) !== change.keepOnly)
    throw new StartError(
      `The first encryption key is not the one that everything was just encrypted with (${change.keepOnly}): ${fromEnvironment ? "GURULOG_ENCRYPTION_KEY" : file} was changed meanwhile, so nothing was taken away. Restart Gurulog, all instances, and run this again.`,
    );
  const after = change === "add" ? [randomBytes(32).toString("base64"), ...keys] : [current];
  const former = stored && after.length < keys.length ? keepFormer(file, stored) : null;
  if (stored) writePrivateFile(file, textOf({ ...stored, encryptionKeys: after }));
  return { before, after: after.map(idOf), variable: stored ? null : after.join(","), file, former };
}

const textOf = (keys: StoredKeys) => `${JSON.stringify(keys, null, 2)}\n`;

/** Writes the keys beside keys.json, readable by its owner alone. @returns the file, named by the time in UTC */
function keepFormer(file: string, stored: StoredKeys): string {
  const former = `${file}.${new Date().toISOString().slice(0, 19).replaceAll(":", "")}Z`;
  if (createPrivateFile(former, textOf(stored))) return former;
  throw new StartError(`${former} exists already. Nothing was taken away; run this again.`);
}

/**
 * Does whatever was started last seal with this key? Else it could not open what is sealed with it now.
 * @param stored the fingerprint of the last start, as `keysFingerprint` makes it
 */
export function sealsWith(stored: string, key: Parameters<typeof markOf>[0]): boolean {
  return stored.split(":")[3]?.split(",")[0] === markOf(key);
}
