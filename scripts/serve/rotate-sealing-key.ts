import path from "node:path";
import { isSignedBy, parseNote } from "@/lib/audit/proof/note";
import { sealingKeyId, verifierOf } from "@/lib/audit/proof/signing-keys";
import { lastSignedIn } from "@/lib/audit/seal/last-signed";
import { newSealingKey, readStored } from "./keys";
import { parseSealingKeys } from "./keys-format";
import { writePrivateFile } from "./private-file";
import { StartError } from "./start-error";

export interface Rotated {
  /** Ids before and after, the current key first. */
  before: string[];
  after: string[];
  /** The value that GURULOG_SEALING_KEY must be set to; null when keys.json holds the keys and was changed. */
  variable: string | null;
  /** keys.json. */
  file: string;
}

/** The organization whose log tells whether a key has signed. */
const orgId = 1;

/**
 * Puts a new sealing key before the others, or takes the others away. Both take effect at the next start. While both keys
 * are there both sign, so that whoever checks with the old one has time to learn the new one.
 *
 * @param options.variable GURULOG_SEALING_KEY as it is set; then nothing is written, and the value to set is returned
 * @param options.retire keeps the current key alone
 * @throws StartError when there is no key yet, or the current one has signed nothing yet
 */
export async function rotateSealingKey(options: {
  dataDir: string;
  variable: string | undefined;
  retire: boolean;
}): Promise<Rotated> {
  const { dataDir, retire } = options;
  const file = path.join(dataDir, "keys.json");
  const fromEnvironment = options.variable?.trim() || undefined;
  const stored = fromEnvironment ? undefined : readStored(file);
  const text = fromEnvironment ?? stored?.sealingKey;
  if (text === undefined)
    throw new StartError(`There is no sealing key in ${file} yet. Start Gurulog once, then rotate.`);
  const keys = parseSealingKeys(text, file);
  const [current] = keys;
  if (!current)
    throw new StartError(`There is no sealing key in ${file} yet. Start Gurulog once, then rotate.`);
  if (retire) await assertHasSigned(current, dataDir);
  const after = retire ? [current] : [newSealingKey(), ...keys];
  if (stored)
    writePrivateFile(file, `${JSON.stringify({ ...stored, sealingKey: after.join(",") }, null, 2)}\n`);
  return {
    before: keys.map(sealingKeyId),
    after: after.map(sealingKeyId),
    variable: stored ? null : after.join(","),
    file,
  };
}

/**
 * A key that never signed beside the older ones is one that nobody has seen signing; and the database, which knows the keys
 * of its last start, would refuse it alone.
 */
async function assertHasSigned(key: string, dataDir: string): Promise<void> {
  const signed = await lastSignedIn(dataDir).read(orgId);
  if (signed && isSignedBy(parseNote(signed.note), verifierOf(key, signed.origin))) return;
  throw new StartError(
    "The current sealing key has not signed anything here yet. Start Gurulog with it, wait until the log integrity page shows a new checkpoint, then retire the older keys.",
  );
}
