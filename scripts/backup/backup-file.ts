import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";
import { isAlive } from "../serve/process-identity";
import { errorCode, StartError } from "../serve/start-error";

/** Fast: the rows shrink to a fifth or so, and most of what a higher level would add is time. */
const gzipLevel = 2;

/** A backup that is being written, under another name until it is whole and on disk. */
export interface BackupFile {
  /** Resolves when the entry has been taken; slow disks slow the reading. */
  add(name: string, content: Buffer): Promise<void>;
  /** Gives the file its name. @returns its size in bytes */
  finish(): Promise<number>;
  /** Removes what has been written. */
  abandon(): void;
}

/**
 * Begins a gzipped tar.
 * @throws StartError when there is a file of that name, or the folder may not be written
 */
export function createBackupFile(file: string): BackupFile {
  assertFree(file);
  clearLeftovers(file);
  const temporary = `${file}.${process.pid}.partial`;
  const tar = pack();
  const gzip = createGzip({ level: gzipLevel });
  const out = createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true });
  let over = false;
  const written = pipeline(tar, gzip, out).catch((error: unknown) => {
    throw explainWriting(error, file);
  });
  written.catch(() => {}); // whoever adds or finishes hears of it

  function abandon(): void {
    over = true;
    tar.destroy();
    rmSync(temporary, { force: true });
  }

  return {
    async add(name, content) {
      const entry = { name, size: content.length, mode: 0o600, mtime: new Date(0) };
      const taken = new Promise<void>((resolve, reject) => {
        tar.entry(entry, (error) => (error ? reject(error) : resolve())).end(content);
      });
      taken.catch(() => {});
      await Promise.race([taken, written]);
    },
    async finish() {
      tar.finalize();
      await written;
      const size = out.bytesWritten;
      assertFree(file);
      giveName(temporary, file);
      over = true;
      return size;
    },
    abandon() {
      if (!over) abandon();
    },
  };
}

function assertFree(file: string): void {
  if (existsSync(file))
    throw new StartError(`${file} exists already. Name another file, or remove it first.`);
}

/** A backup that was killed leaves its part behind: the next one to the same name removes it. */
function clearLeftovers(file: string): void {
  const folder = path.dirname(file);
  if (!existsSync(folder))
    throw new StartError(`There is no folder ${folder}. Make it, or name another file.`);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${path.basename(file)}.`) || !name.endsWith(".partial")) continue;
    const pid = Number(name.slice(path.basename(file).length + 1, -".partial".length));
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(path.join(folder, name), { force: true });
  }
}

/** Unlike renaming, linking fails when the name is taken; where a file system has no links, it is renamed. */
function giveName(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
    rmSync(temporary, { force: true });
  } catch (error) {
    if (errorCode(error) === "EEXIST") assertFree(file);
    renameSync(temporary, file);
  }
  const folder = openSync(path.dirname(file), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function explainWriting(error: unknown, file: string): Error {
  const folder = path.dirname(file);
  switch (errorCode(error)) {
    case "ENOSPC":
    case "EDQUOT": {
      const { bavail, bsize } = statfsSync(folder);
      return new StartError(
        `No space is left for the backup in ${folder} (${Math.round((bavail * bsize) / 1e6)} MB free). Nothing was kept of it; make room, or name a file elsewhere.`,
        { cause: error },
      );
    }
    case "EFBIG":
      return new StartError(`${folder} takes no file as large as this backup. Name a file elsewhere.`, {
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
      return new StartError(
        `The backup cannot be written to ${folder} (${errorCode(error)}). Name a file elsewhere.`,
        {
          cause: error,
        },
      );
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
