import "server-only";
import { and, eq, inArray, ne } from "drizzle-orm";
import { dataSourceDetails, dataSourceLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { sha256 } from "@/lib/platform/crypto";
import type { KeptItem } from "./kept-item";
import type { ItemRow, KeepingItems } from "./known-items";

/** UTF-16 units; what a service calls a thing may be of any length. */
const maxTitle = 200;

/** An item's columns, but for its title. */
export function fieldsOf(item: KeptItem) {
  const content = cleanText(item.text);
  return {
    content,
    sizeBytes: Buffer.byteLength(content),
    sha256: sha256(content),
    url: webAddress(item.url),
    settings: { item: { key: item.key, version: item.version, format: item.format } },
  };
}

/** A link that leads elsewhere than to a page of the web is none. */
function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return /^https?:$/.test(protocol) ? cleanText(href, 2_000) : null;
}

/** A title that no other source of the guru has: where two items are called the same, the address tells them apart. */
export async function freeTitle({ tx, guru }: KeepingItems, item: KeptItem, own?: ItemRow): Promise<string> {
  const title = cleanText(item.title, maxTitle).trim() || item.key;
  const wanted = [title, `${title} – ${item.url}`, `${title} – ${item.key}`].map((text) => cleanText(text));
  const { dataSource } = schema;
  const taken = await tx
    .select({ title: dataSource.title })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, guru.id),
        inArray(dataSource.title, wanted),
        own ? ne(dataSource.id, own.id) : undefined,
      ),
    );
  const free = wanted.find((one) => taken.every((row) => row.title !== one));
  return free ?? own?.title ?? title;
}

type ItemSource = Pick<ItemRow, "id" | "kind" | "title" | "sizeBytes" | "sha256" | "url">;

/** What the event about an item's source says of it. */
export function itemFact(source: ItemSource, guru: GuruSnapshot) {
  return {
    target: { id: source.id },
    label: dataSourceLabel(source),
    guru,
    details: dataSourceDetails(source),
  };
}
