import "server-only";
import { and, asc, eq, inArray } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";

/**
 * Locks the chosen sources of one guru.
 * @throws Refusal `not_found` when even one of them is not the guru's: then nothing is done to any
 */
export async function lockSelected(tx: Tx, guruId: string, ids: string[]) {
  const { dataSource } = schema;
  const rows = await tx
    .select({
      id: dataSource.id,
      kind: dataSource.kind,
      title: dataSource.title,
      sizeBytes: dataSource.sizeBytes,
      sha256: dataSource.sha256,
      url: dataSource.url,
      settings: dataSource.settings,
      uploadId: dataSource.uploadId,
    })
    .from(dataSource)
    .where(and(eq(dataSource.guruId, guruId), inArray(dataSource.id, ids)))
    .orderBy(asc(dataSource.id))
    .for("update");
  if (rows.length === ids.length) return rows;
  throw refuse(
    "not_found",
    ids.length === 1
      ? "This source is not there any more. Reload the page."
      : "Not all of these sources are there any more, so nothing was done. Reload the page and choose again.",
  );
}
