import "server-only";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { ItemKind } from "@/lib/db/item-kinds";

export interface KeepingItems {
  tx: Tx;
  guru: GuruSnapshot;
  kind: ItemKind;
}
export type ItemRow = typeof schema.dataSource.$inferSelect;

/** The sources that items are already, by their keys; locked. */
export async function knownItems(
  { tx, guru, kind }: KeepingItems,
  items: readonly { key: string }[],
): Promise<Map<string, ItemRow>> {
  if (items.length === 0) return new Map();
  const { dataSource } = schema;
  const rows = await tx
    .select()
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, guru.id),
        eq(dataSource.kind, kind),
        inArray(
          dataSource.urlKey,
          items.map(({ key }) => key),
        ),
      ),
    )
    .orderBy(asc(dataSource.id))
    .for("update");
  return new Map(rows.map((row) => [row.urlKey ?? "", row]));
}
