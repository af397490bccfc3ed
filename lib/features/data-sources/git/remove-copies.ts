import "server-only";
import { readdir, rm } from "node:fs/promises";
import { inArray } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import { copyFolder, repositoriesFolder, sourceOfCopy } from "./repositories-folder";

/**
 * Removes this machine's copies of repositories whose sources are gone.
 * @returns their number
 */
export async function removeOrphanedCopies(): Promise<number> {
  const names = await readdir(repositoriesFolder()).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const ids = [...new Set(names.map(sourceOfCopy).filter(isUuid))];
  if (ids.length === 0) return 0;
  const { dataSource } = schema;
  const kept = await readDb()
    .select({ id: dataSource.id })
    .from(dataSource)
    .where(inArray(dataSource.id, ids));
  const keptIds = new Set(kept.map((row) => row.id));
  const orphaned = ids.filter((id) => !keptIds.has(id));
  for (const id of orphaned)
    for (const kind of ["chosen", "default"] as const)
      await rm(copyFolder(id, kind), { recursive: true, force: true });
  return orphaned.length;
}
