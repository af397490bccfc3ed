import "server-only";
import { open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { sameBytes } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";

/** A checkpoint that was signed. */
export interface Signed {
  origin: string;
  size: number;
  root: Uint8Array;
  note: string;
}

/** What was signed last, on this machine: the one thing that a change of the database alone cannot take back. */
export interface LastSigned {
  /** The file, for messages. */
  readonly file: string;
  /** @throws UnreadableLastSigned never to be taken for "nothing was signed yet" */
  read(orgId: number): Promise<Signed | null>;
  /** Whole or not at all, and on the disk when it returns. @throws what the file system throws */
  write(orgId: number, signed: Signed): Promise<void>;
}

/** The file is there and cannot be read, or is not what we wrote. The message says what to do. */
export class UnreadableLastSigned extends Error {
  override readonly name = "UnreadableLastSigned";
}

const shape = z.strictObject({
  version: z.literal(1),
  logs: z.record(z.string(), z.strictObject({ note: z.string() })),
});
type Stored = z.infer<typeof shape>;

/**
 * @param dataDir GURULOG_DATA_DIR; the file is `last-signed.json` in it, readable by its owner alone (0600). It holds
 *   each organization's last signed checkpoint as its note.
 */
export function lastSignedIn(dataDir: string): LastSigned {
  const file = path.join(dataDir, "last-signed.json");
  return {
    file,
    async read(orgId) {
      const stored = await readStored(file);
      const note = stored.logs[String(orgId)]?.note;
      return note === undefined ? null : signedOf(note, file);
    },
    async write(orgId, { note }) {
      const { logs } = await readStored(file);
      const text = JSON.stringify({ version: 1, logs: { ...logs, [orgId]: { note } } } satisfies Stored);
      await replaceFile(file, `${text}\n`);
    },
  };
}

export function sameState(a: Omit<Signed, "note">, b: Omit<Signed, "note">): boolean {
  return a.origin === b.origin && a.size === b.size && sameBytes(a.root, b.root);
}

async function readStored(file: string): Promise<Stored> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return { version: 1, logs: {} };
    throw new UnreadableLastSigned(
      `${file} cannot be read (${code}). Give it back to the user who runs Gurulog.`,
    );
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw damaged(file);
  }
}

function signedOf(note: string, file: string): Signed {
  try {
    return { ...parseCheckpoint(note), note };
  } catch {
    throw damaged(file);
  }
}

function damaged(file: string): UnreadableLastSigned {
  return new UnreadableLastSigned(
    `${file} is damaged. Restore it from a backup. Without it, signing would go on from the newest signed checkpoint in the database, which whoever owns the database can take back: remove the file only if you are sure of the database.`,
  );
}

/** One writer at a time: the signer holds a lock in the database. A crash leaves the old file, or a stale `.tmp`. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  // The rename itself is durable only once the folder is.
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
