import type { ItemKind } from "@/lib/db/item-kinds";
import type { ServiceClient } from "./service-call";

/** The text of an item; HTML is somebody else's and is read apart. */
export interface ItemContent {
  format: "html" | "markdown";
  text: string;
}

/** What becomes a data source: an issue, a page, a ticket, an article, a day of a channel. */
export interface ServiceItem {
  /** The service's own id, which outlives a new title. */
  key: string;
  title: string;
  /** Where a person reads it. */
  url: string;
  /** Another one whenever title or text may have changed. */
  version: string;
  /** Its text, without the title, asked for only where the version is news; what the page held already costs no request. */
  content: () => Promise<ItemContent>;
}

export interface ItemPage {
  items: ServiceItem[];
  /** Where the next page begins, as JSON that a later run of the worker understands too; null = this was the last. */
  next: unknown;
  /**
   * The service itself gave nothing, not even what is left out here. Said where the place is the service's own: readers
   * that go on from a time have `pagesOf` count such pages.
   */
  isEmpty?: boolean;
  /** What the service leaves out, in words. */
  note?: string;
}

/** What a backfill job asks for; which of it counts, the service decides. */
export interface ItemQuery {
  query: string;
  contentType: "tickets" | "articles" | null;
  days: number | null;
}

/** Reads what a query finds, page by page. */
export interface ItemReader {
  kind: ItemKind;
  /**
   * Asks the service whether it takes the query, and for one item at most.
   * @returns the query as it is kept, and as people call it
   * @throws ServiceTrouble `query` with the service's own words; others as they come
   */
  checkQuery(query: ItemQuery): Promise<{ query: string; label: string }>;
  /**
   * @param at as the page before said in `next`; null = from the start
   * @throws ServiceTrouble
   */
  page(query: ItemQuery, at: unknown): Promise<ItemPage>;
}

/** A service that gives content alone: its credentials are checked, its items read. */
export interface ContentClient extends ServiceClient, ItemReader {}

/** Text as it may stand in HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
