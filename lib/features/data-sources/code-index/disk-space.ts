import "server-only";
import { statfs } from "node:fs/promises";
import { runtime } from "@/lib/platform/runtime";
import { Unreadable } from "../indexing/text-piece";

const mb = 1_000_000;
/** What the database needs besides, whatever is indexed. */
const spareBytes = 500 * mb;
/**
 * A byte of text comes to 0.8 of the index over a gigabyte of code (`npm run bench:code` measures it), to 1.4 in a small
 * repository, and to as much again in the database's own log. What the index before takes is not free any more already.
 */
const factor = 3;

/** Bytes that are free where the embedded database stands; null = it is another's, who sees to its disk. */
async function freeBytes(): Promise<number | null> {
  const { databaseFolder } = runtime();
  if (databaseFolder === undefined) return null;
  const { bavail, bsize } = await statfs(databaseFolder);
  return bavail * bsize;
}

/**
 * @param textBytes that are to be indexed
 * @throws Unreadable when there is no room for them
 */
export async function requireDiskSpace(textBytes: number, free = freeBytes): Promise<void> {
  const have = await free();
  const needed = textBytes * factor + spareBytes;
  if (have === null || have >= needed) return;
  const inMb = (bytes: number) => Math.ceil(bytes / mb).toLocaleString("en-US");
  throw new Unreadable(
    `The index of this repository's code needs about ${inMb(needed)} MB of free disk, and there are ${inMb(have)} MB. Make room; it is tried again by itself.`,
  );
}
