import "server-only";
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, constants, mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import path from "node:path";

/** The archive's folder cannot be used, or does not give back what was written. Says what and where. */
export class ArchiveUnwritable extends Error {
  override readonly name = "ArchiveUnwritable";
}

export interface WrittenFile {
  bytes: number;
  sha256: Buffer;
}

const markPrefix = ".gurulog-archive-";

/**
 * Makes the folder, but not those above it: where the disk of an archive is missing, another one must not take its place.
 * An empty file in it, its mark, tells it from other folders of the same path: on other hosts, or under a disk that is
 * not mounted.
 * @returns the mark's name
 * @throws ArchiveUnwritable
 */
export async function openArchive(folder: string): Promise<string> {
  return reported(folder, async () => {
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
    await access(path.join(folder, "."), constants.R_OK | constants.W_OK | constants.X_OK);
    const [mark] = (await readdir(folder)).filter((name) => name.startsWith(markPrefix)).sort();
    if (mark !== undefined) return mark;
    const made = `${markPrefix}${randomUUID()}`;
    await (await open(path.join(folder, made), "wx", 0o600)).close();
    await syncFolder(folder);
    return made;
  });
}

/** Whether a folder is the one that `openArchive` gave this mark. @throws what the file system says */
export async function isMarked(folder: string, mark: string): Promise<boolean> {
  return exists(path.join(folder, mark));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** The first name of a day that no file has: nothing in an archive is ever overwritten. */
export async function freeName(
  folder: string,
  nameOf: (part: number) => string,
  from: number,
): Promise<string> {
  return reported(folder, async () => {
    for (let part = from; ; part += 1) {
      const name = nameOf(part);
      if (!(await exists(path.join(folder, name)))) return name;
    }
  });
}

/**
 * Writes a file beside its place and has it on the disk before it gets its name. A crash on the way leaves a file with a
 * hidden name, which the next try writes anew; under its own name a file is whole.
 * @param tag keeps the hidden names of several logs that share a folder apart
 * @param check called when all is written, before the file gets its name; what it throws is thrown, and no file is left
 * @throws ArchiveUnwritable, and what `body` and `check` throw
 */
export async function writeArchiveFile(options: {
  folder: string;
  name: string;
  tag: string;
  body: AsyncIterable<Uint8Array>;
  check: () => void;
}): Promise<WrittenFile> {
  const { folder, name, tag, body, check } = options;
  const hidden = path.join(folder, `.${name}.${tag}.part`);
  const written = await writeHidden(hidden, folder, body);
  try {
    check();
  } catch (error) {
    await unlink(hidden);
    throw error;
  }
  const whole = path.join(folder, name);
  await reported(folder, async () => {
    await rename(hidden, whole);
    await syncFolder(folder);
    const read = await readBack(whole);
    if (read.bytes === written.bytes && read.sha256.equals(written.sha256)) return;
    await unlink(whole);
    throw new ArchiveUnwritable(`${whole} does not hold what was written to it. Check its disk.`);
  });
  return written;
}

async function writeHidden(
  hidden: string,
  folder: string,
  body: AsyncIterable<Uint8Array>,
): Promise<WrittenFile> {
  const digest = createHash("sha256");
  let bytes = 0;
  const file = await reported(folder, async () => {
    await rm(hidden, { force: true });
    return open(hidden, "wx", 0o600);
  });
  try {
    for await (const chunk of body) {
      digest.update(chunk);
      bytes += chunk.length;
      await reported(folder, () => file.writeFile(chunk));
    }
    await reported(folder, () => file.sync());
  } catch (error) {
    await rm(hidden, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  return { bytes, sha256: digest.digest() };
}

/** What a file holds now. @throws what the file system says */
export async function readBack(file: string): Promise<WrittenFile> {
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    digest.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { bytes, sha256: digest.digest() };
}

/** A name stands after a power cut only when its folder was written too; some file systems keep folders by themselves. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes(codeOf(error) ?? "")) throw error;
  } finally {
    await handle.close();
  }
}

async function reported<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ArchiveUnwritable) throw error;
    throw new ArchiveUnwritable(
      `The folder of the archive, ${folder}, cannot be written (${codeOf(error) ?? "unknown error"}). Mend it, or set GURULOG_ARCHIVE_DIR; events that have expired are kept until then.`,
      { cause: error },
    );
  }
}

/** Of an error of the file system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
