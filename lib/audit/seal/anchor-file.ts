import "server-only";
import { type FileHandle, open } from "node:fs/promises";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";

/**
 * The file on a path of the owner's choice to which each checkpoint is appended: its note, then an empty line. Several
 * logs may share it; they are told apart by the name in the first line of each note.
 */
export interface AnchorFile {
  readonly path: string;
  /** The largest size that the file holds of each name. Made when it is missing. @throws what the file system throws */
  sizes(): Promise<Map<string, number>>;
  /** Appends notes, oldest first, and waits until they are on the disk. Call `sizes` before. */
  append(notes: string[]): Promise<void>;
}

const piece = 1 << 20;
/** What every signature line begins with. */
const dash = Buffer.from("\u2014 ");

/** @param path of a file in a folder that is there */
export function anchorFile(path: string): AnchorFile {
  let known = new Map<string, number>();
  /** Bytes of whole records, and what identifies the file that they were read from. */
  let whole = 0;
  let identity = "";

  /** Reads what was added since the last look; all of it when the file is another or has become shorter. */
  async function catchUp(file: FileHandle): Promise<Buffer> {
    const { dev, ino, size } = await file.stat();
    if (identity !== `${dev} ${ino}` || size < whole) {
      identity = `${dev} ${ino}`;
      known = new Map();
      whole = 0;
    }
    let rest = Buffer.alloc(0);
    for (let at = whole; at < size; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(piece, size - at)), 0, null, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = take(rest);
      whole += end;
      rest = rest.subarray(end);
    }
    return rest;
  }

  /** Notes the whole records at the beginning. @returns the bytes up to the end of the last */
  function take(bytes: Buffer): number {
    // Blocks with empty lines between them: a text, then its signatures. A text without is not ours, and passed over.
    let end = 0;
    let text = 0;
    for (let at = 0; ; ) {
      const stop = bytes.indexOf("\n\n", at);
      if (stop < 0) return end;
      if (bytes.subarray(at, at + dash.length).equals(dash)) {
        note(bytes.toString("utf8", text, stop + 1));
        end = stop + 2;
      } else {
        text = at;
      }
      at = stop + 2;
    }
  }

  function note(text: string): void {
    try {
      const { origin, size } = parseCheckpoint(text);
      known.set(origin, Math.max(size, known.get(origin) ?? -1));
    } catch {
      // Not ours: an owner may keep other notes in it. What matters is that ours follow whole.
    }
  }

  function isOurs(torn: Buffer, due: string[]): boolean {
    const names = [...known.keys(), ...due.map((text) => text.slice(0, text.indexOf("\n")))];
    return names.some(
      (name) => torn.toString("utf8").startsWith(`${name}\n`) || name.startsWith(torn.toString("utf8")),
    );
  }

  async function withFile<T>(work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await open(path, "a+", 0o644);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  return {
    path,
    sizes: () =>
      withFile(async (file) => {
        await catchUp(file);
        return new Map(known);
      }),
    append: (notes) =>
      withFile(async (file) => {
        const torn = await catchUp(file);
        let bytes = Buffer.from(notes.map((text) => `${text}\n`).join(""));
        // A crash cut the last record off: it is the beginning of the one that is due, and is completed, which works on
        // a file that may only grow. Another one of ours is taken away, a text of somebody else's is left and ended.
        if (torn.length > 0) {
          if (bytes.subarray(0, torn.length).equals(torn)) bytes = bytes.subarray(torn.length);
          else if (isOurs(torn, notes)) await file.truncate(whole);
          else if (!torn.toString("latin1").endsWith("\n\n"))
            bytes = Buffer.concat([Buffer.from("\n\n"), bytes]);
        }
        await file.appendFile(bytes);
        await file.sync();
        await catchUp(file);
      }),
  };
}
