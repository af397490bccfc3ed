import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { openIntegration } from "@/lib/access/integrations";
import { itemReader } from "@/lib/access/services/item-readers";
import type { ItemPage, ItemReader, ServiceItem } from "@/lib/access/services/items";
import { endless } from "@/lib/access/services/service-call";
import { type ServiceProblem, ServiceTrouble } from "@/lib/access/services/service-trouble";
import { readDb, schema } from "@/lib/db/client";
import { toJob } from "@/lib/gate/to-job";
import { cleanText } from "@/lib/platform/clean-text";
import { keepBackfilledItems } from "../commands/keep-backfilled-items";
import { type KeptItem, maxItemText } from "../items/kept-item";
import { countsIn, type Run } from "./runs";

/** Items that one run looks at. */
const mostItems = 10_000;
/** Pages that one run looks at, and on how many of them, one after the other, the service itself may give nothing. */
const mostPages = 2_000;
const mostEmptyPages = 100;
/** For all waiting that a service asks for during one call; the worker has other jobs to do. */
const patienceMs = 60_000;

const keep = toJob(keepBackfilledItems);

interface Synced {
  /** What was left out, in words. */
  note: string | null;
  isRelieved: boolean;
  /** Its time is up, and there is more. */
  isOver?: true;
}

/**
 * Goes through the pages of what the job's query finds, from where an earlier run of it was broken off, and keeps each.
 * @param budgetMs time after which it goes no further than to the end of the page that it is at
 * @throws ServiceTrouble
 */
export async function syncPages({ job, claim }: Run, signal: AbortSignal, budgetMs: number): Promise<Synced> {
  const endsAt = performance.now() + budgetMs;
  let { pages, empty, leftOut } = countsIn(job.position);
  // It was broken off behind its last page.
  if (job.position !== null && job.position.at === null)
    return { note: leftOutInWords(leftOut), isRelieved: false };
  const integration = await openIntegration(readDb(), job.integrationId);
  // The job goes with it, so whoever asks next finds that out.
  if (!integration) return { note: null, isRelieved: true };
  const reader = itemReader(integration, { patienceMs, signal });
  const query = { query: job.query, contentType: job.contentType, days: job.days };
  const keyOf = (item: ServiceItem) => cleanText(`${integration.baseUrl} ${item.key}`, 500);
  let at: unknown = job.position?.at ?? null;
  let found = job.runFound;
  let note: string | null = null;
  const cursors = new Set<string>();
  for (let isFirst = true; isFirst || at !== null; isFirst = false) {
    signal.throwIfAborted();
    // A run that was broken off may come by the place it goes on from, where it had to begin anew.
    if (!isFirst && hasCursors.has(reader.kind)) {
      const cursor = JSON.stringify(at);
      if (cursors.has(cursor)) throw endless("names a next page that it named before");
      cursors.add(cursor);
    }
    if (empty >= mostEmptyPages) throw endless("names one next page after the other, and all are empty");
    const page: ItemPage = await pageAt(reader, query, at, isFirst);
    note = page.note ?? note;
    const fresh = await freshOf(job.guruId, reader.kind, page.items, keyOf);
    const items: KeptItem[] = [];
    let trouble: ServiceTrouble | null = null;
    for (const item of fresh) {
      signal.throwIfAborted();
      const read = await readItem(item, keyOf(item));
      if (read instanceof ServiceTrouble) trouble = read;
      else items.push(read);
    }
    // Not one of several: it is the account that may not read them, and somebody has to know.
    if (trouble?.problem === "forbidden" && items.length === 0 && fresh.length > 1) throw trouble;
    leftOut += fresh.length - items.length;
    found += page.items.length;
    pages += 1;
    empty = page.isEmpty ? empty + 1 : 0;
    const isTooMuch = page.next !== null && (found >= mostItems || pages >= mostPages);
    if (isTooMuch) {
      const most = found >= mostItems ? `${inWords(mostItems)} items` : `${inWords(mostPages)} pages`;
      note = `It finds more than ${most}, and the rest was left out. Narrow the query.`;
    }
    at = isTooMuch ? null : page.next;
    const about = { backfillJobId: job.id, claim, kind: reader.kind, found: page.items.length };
    const { relieved } = await keep({ ...about, items, next: at, isEmpty: page.isEmpty, leftOut });
    if (relieved) return { note: null, isRelieved: true };
    // A place at which nothing was gained is no place to end a turn: the next would begin where this one did.
    const hasMoved = JSON.stringify(at) !== JSON.stringify(job.position?.at ?? null);
    if (at !== null && hasMoved && performance.now() >= endsAt)
      return { note: null, isRelieved: false, isOver: true };
  }
  const notes = [note, leftOutInWords(leftOut)].filter((each) => each !== null);
  return { note: notes.length === 0 ? null : notes.join(" "), isRelieved: false };
}

const inWords = (number: number) => number.toLocaleString("en-US");

/** @returns null where nothing was left out */
function leftOutInWords(items: number): string | null {
  if (items === 0) return null;
  const which = items === 1 ? "1 item was" : `${inWords(items)} items were`;
  return `${which} left out: gone when it came to reading, not for this account, or larger than is read here.`;
}

/** The places of others are times, at which many things may have happened: their pages are counted below them. */
const hasCursors: ReadonlySet<ItemReader["kind"]> = new Set(["JIRA", "CONFLUENCE", "ZENDESK"]);

/** A place in the service's list is good for an hour or so: a run that comes back later begins again, and keeps nothing twice. */
async function pageAt(
  reader: ItemReader,
  query: Parameters<ItemReader["page"]>[0],
  at: unknown,
  isFirst: boolean,
): Promise<ItemPage> {
  try {
    return await reader.page(query, at);
  } catch (error) {
    const isPlace = error instanceof ServiceTrouble && ["query", "not_found"].includes(error.problem);
    if (!isFirst || at === null || !isPlace) throw error;
    return reader.page(query, null);
  }
}

/** Items that are no source yet, or of another version than their source; each once. */
async function freshOf(
  guruId: string,
  kind: ItemReader["kind"],
  items: readonly ServiceItem[],
  keyOf: (item: ServiceItem) => string,
): Promise<ServiceItem[]> {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  if (byKey.size === 0) return [];
  const { dataSource } = schema;
  const rows = await readDb()
    .select({ key: dataSource.urlKey, settings: dataSource.settings })
    .from(dataSource)
    .where(
      and(
        eq(dataSource.guruId, guruId),
        eq(dataSource.kind, kind),
        inArray(dataSource.urlKey, [...byKey.keys()]),
      ),
    );
  const versions = new Map(rows.map(({ key, settings }) => [key, settings.item?.version]));
  return [...byKey].flatMap(([key, item]) =>
    versions.get(key) === cleanText(item.version, 500) ? [] : [item],
  );
}

/** What says that an item was deleted since it was listed, is not for us, or is too much. */
const unreadable: readonly ServiceProblem[] = ["not_found", "forbidden", "too_large"];

/** @returns the trouble with an item that cannot be read: the others are read all the same */
async function readItem(item: ServiceItem, key: string): Promise<KeptItem | ServiceTrouble> {
  const content = await item.content().catch((error: unknown) => {
    if (error instanceof ServiceTrouble && unreadable.includes(error.problem)) return error;
    throw error;
  });
  if (content instanceof ServiceTrouble) return content;
  const { format, text } = content;
  return {
    key,
    title: item.title,
    url: item.url,
    version: cleanText(item.version, 500),
    format,
    text: cleanText(text, maxItemText),
  };
}
