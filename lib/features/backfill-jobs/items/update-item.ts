import "server-only";
import { eq, sql } from "drizzle-orm";
import { indexedAnew } from "@/lib/access/indexed-anew";
import { schema } from "@/lib/db/client";
import { fieldsOf, freeTitle, itemFact } from "./item-fields";
import type { KeptItem } from "./kept-item";
import type { ItemRow, KeepingItems } from "./known-items";

/**
 * Brings the source of an item up to date.
 * @returns null when only its version was another: then its passages stay as they are, and nothing is recorded
 */
export async function updateItem(about: KeepingItems, before: ItemRow, item: KeptItem) {
  const { tx, guru } = about;
  const { dataSource } = schema;
  const fields = fieldsOf(item);
  const title = await freeTitle(about, item, before);
  const settings = { ...before.settings, ...fields.settings };
  const changes = [
    { field: "title", before: before.title, after: title },
    { field: "sha256", before: before.sha256.toString("hex"), after: fields.sha256.toString("hex") },
    { field: "size_bytes", before: before.sizeBytes, after: fields.sizeBytes },
  ].filter((change) => change.before !== change.after);
  const after = { ...before, ...fields, settings, title };
  if (changes.length === 0) {
    await tx.update(dataSource).set({ settings, url: fields.url }).where(eq(dataSource.id, before.id));
    return null;
  }
  await tx
    .update(dataSource)
    .set({ ...fields, settings, title, ...indexedAnew(), updatedAt: sql`gurulog_now()` })
    .where(eq(dataSource.id, before.id));
  const fact = itemFact(after, guru);
  return {
    id: before.id,
    fact: { ...fact, changes, details: { ...fact.details, updated: true as const } },
  };
}
