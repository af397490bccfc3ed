import "server-only";
import { open } from "node:fs/promises";
import path from "node:path";
import { lastSignedIn, UnreadableLastSigned } from "@/lib/audit/seal/last-signed";
import { runtime } from "@/lib/platform/runtime";
import { toBase64 } from "../bytes";
import { verifiersOf } from "../signing-keys";
import { NotChecked } from "../verify/not-checked";
import type { OutsideCheckpoint, VerifyTask } from "./task";

/** The end of an anchor file that is read: some twenty thousand checkpoints. */
const anchorBytes = 4 * 1024 * 1024;

/**
 * The task of verifying this instance's log with its own keys and all that it has outside the database. Read before the
 * verification takes its snapshot: what was signed by now is in the database then.
 * @param more checkpoints that were given by hand
 * @throws NotChecked when a file that says what was signed cannot be read
 */
export async function ownTask(orgId: number, more: OutsideCheckpoint[] = []): Promise<VerifyTask> {
  const { urls, dataDir, env, productDir = "." } = runtime();
  const anchor = env.GURULOG_ANCHOR_FILE && path.resolve(productDir, env.GURULOG_ANCHOR_FILE);
  return {
    url: urls.direct,
    orgId,
    publicKeys: verifiersOf("any").map(({ publicKey }) => toBase64(publicKey)),
    pinnedNames: [],
    outside: [...(await rememberedBy(dataDir, orgId)), ...(await anchored(anchor)), ...more],
  };
}

/** What this machine signed last. @param dataDir GURULOG_DATA_DIR */
export async function rememberedBy(dataDir: string, orgId: number): Promise<OutsideCheckpoint[]> {
  try {
    const own = await lastSignedIn(dataDir).read(orgId);
    return own ? [{ from: "last-signed.json", note: own.note, isOfThisLog: true }] : [];
  } catch (error) {
    if (error instanceof UnreadableLastSigned) throw new NotChecked(error.message);
    throw error;
  }
}

/** The newest checkpoints of an anchor file. A file that is not there anchors nothing; that is another alarm. */
export async function anchored(file: string | undefined): Promise<OutsideCheckpoint[]> {
  if (!file) return [];
  let text: string;
  try {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - anchorBytes);
      const buffer = Buffer.alloc(size - from);
      await handle.read(buffer, 0, buffer.length, from);
      text = buffer.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new NotChecked(
      `The anchor file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  return notesIn(text).map((note) => ({ from: "the anchor file", note }));
}

/**
 * The notes of a file in which each is followed by an empty line; the first may be cut where the file's end was read, and
 * the last where it is being written.
 */
export function notesIn(text: string): string[] {
  return [
    ...text.matchAll(/(?<=^|\n\n)([^\n]+\n\d+\n[^\n]+\n(?:[^\n]+\n)*\n(?:\u2014 [^\n]+\n)+)(?=\n|$)/g),
  ].map(([note]) => note);
}
