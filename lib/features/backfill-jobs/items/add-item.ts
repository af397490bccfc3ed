import "server-only";
import { schema } from "@/lib/db/client";
import { fieldsOf, freeTitle, itemFact } from "./item-fields";
import type { KeptItem } from "./kept-item";
import type { KeepingItems } from "./known-items";

/**
 * Makes a source of an item, which is nobody's but System's.
 * @returns null when somebody has just added one of the same name: the next run finds another
 */
export async function addItem(about: KeepingItems, item: KeptItem) {
  const { tx, guru, kind } = about;
  const title = await freeTitle(about, item);
  const source = { guruId: guru.id, kind, title, urlKey: item.key, ...fieldsOf(item) };
  const [made] = await tx
    .insert(schema.dataSource)
    .values(source)
    .onConflictDoNothing()
    .returning({ id: schema.dataSource.id });
  if (!made) return null;
  return { id: made.id, fact: itemFact({ ...source, id: made.id }, guru) };
}
