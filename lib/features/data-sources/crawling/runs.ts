import "server-only";
import { and, asc, count, eq, ne, sql } from "drizzle-orm";
import { readDb, schema, type Tx } from "@/lib/db/client";
import { awaitingJobs, enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";

/** Silence after which a search counts as crashed. A page takes less to fetch and to read. */
const silenceS = 90;
/** A search that waits this long has lost its job (a queue restored from a backup). */
const lostAfterS = 600;
/** Runs that a search gets: the first and two more. */
const maxAttempts = 3;
/** Pages known of one search, of which far fewer are visited. */
const mostKnown = 20_000;

export type Crawl = typeof schema.crawl.$inferSelect;
export type KnownPage = typeof schema.crawlUrl.$inferSelect;

/**
 * Begins a search, or takes one over that crashed: it goes on with the pages that it has not visited.
 * @returns null when there is nothing to do
 */
export async function beginCrawl(id: string): Promise<Crawl | null> {
  const { crawl } = schema;
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(crawl)
      .set({ state: "running", attempts: sql`${crawl.attempts} + 1`, heartbeatAt: sql`now()` })
      .where(
        and(
          eq(crawl.id, id),
          sql`(${crawl.state} = 'waiting' or (${crawl.state} = 'running'
            and ${crawl.heartbeatAt} < now() - make_interval(secs => ${silenceS})))`,
        ),
      )
      .returning();
    if (!row) return null;
    if (row.attempts <= maxAttempts) return row;
    await end(tx, id, "failed", "It was broken off several times before it ended. Start it again.");
    return null;
  });
}

/** The next page to visit, and how many were visited and found so far; null when it was stopped, or is over. */
export async function nextPage(
  crawl: Crawl,
): Promise<{ page: KnownPage | null; visited: number; found: number } | null> {
  const { crawl: table, crawlUrl } = schema;
  const [now] = await readDb().select().from(table).where(eq(table.id, crawl.id));
  if (now?.state !== "running" || now.stopRequested || now.attempts !== crawl.attempts) return null;
  const ofCrawl = eq(crawlUrl.crawlId, crawl.id);
  const [page] = await readDb()
    .select()
    .from(crawlUrl)
    .where(and(ofCrawl, eq(crawlUrl.state, "known")))
    .orderBy(asc(crawlUrl.ordinal))
    .limit(1);
  const [so] = await readDb()
    .select({
      visited: count(),
      found: sql<number>`(count(*) filter (where ${crawlUrl.state} = 'found'))::int`,
    })
    .from(crawlUrl)
    .where(and(ofCrawl, ne(crawlUrl.state, "known")));
  return { page: page ?? null, visited: so?.visited ?? 0, found: so?.found ?? 0 };
}

/** What a visit came to. */
export interface Visit {
  state: "found" | "refused";
  /** Of the page, where it was led on to another address of the site. */
  url?: string;
  title?: string;
  /** Why it is none. */
  note?: string;
  /** Addresses of the site that it names. */
  links: string[];
}

/** Keeps what a visit came to, with the pages that are known by it. */
export async function keepVisit(crawl: Crawl, page: KnownPage, visit: Visit): Promise<void> {
  const { crawlUrl } = schema;
  await whileRunning(crawl, async (tx) => {
    const led = visit.url !== undefined && visit.url !== page.url ? visit.url : null;
    const [same] = led === null ? [] : await tx.select().from(crawlUrl).where(isUrl(crawl.id, led));
    await tx
      .update(crawlUrl)
      .set({
        state: same ? "refused" : visit.state,
        note: same
          ? "It leads to another page of this list."
          : visit.note
            ? cleanText(visit.note, 500)
            : null,
        title: cleanText(visit.title ?? "", 300),
        ...(led !== null && !same ? { url: led } : {}),
      })
      .where(and(eq(crawlUrl.crawlId, crawl.id), eq(crawlUrl.ordinal, page.ordinal)));
    await addKnown(tx, crawl.id, visit.links, "known");
  });
}

/** Keeps pages that are found without a visit, and the first of a search. */
export async function keepPages(crawl: Crawl, urls: string[], state: "known" | "found"): Promise<void> {
  await whileRunning(crawl, (tx) => addKnown(tx, crawl.id, urls, state));
}

export async function endCrawl(
  crawl: Crawl,
  state: "done" | "stopped" | "failed",
  note: string | null,
): Promise<void> {
  await whileRunning(crawl, (tx) => end(tx, crawl.id, state, note));
}

/** Gives a search back because the worker stops, which does not count as an attempt. Its job is put anew. */
export async function releaseCrawl(crawl: Crawl): Promise<void> {
  const { crawl: table } = schema;
  await whileRunning(crawl, async (tx) => {
    await tx
      .update(table)
      .set({ state: "waiting", attempts: sql`${table.attempts} - 1` })
      .where(eq(table.id, crawl.id));
    await enqueueIn(tx, "crawl-website", { crawlId: crawl.id });
  });
}

/**
 * A sign of life of a search that is under way.
 * @returns false when it was stopped, or another worker has taken it over
 */
export async function signOfLife(crawl: Crawl): Promise<boolean> {
  const { crawl: table } = schema;
  return inTransaction(async (tx) => {
    const [mine] = await tx
      .update(table)
      .set({ heartbeatAt: sql`now()` })
      .where(isRunning(crawl))
      .returning({ stopRequested: table.stopRequested });
    return mine?.stopRequested === false;
  });
}

/** A step of a search, with its sign of life; not done once it has ended or another worker has taken it over. */
async function whileRunning(crawl: Crawl, step: (tx: Tx) => Promise<void>): Promise<void> {
  const { crawl: table } = schema;
  await inTransaction(async (tx) => {
    const [mine] = await tx
      .update(table)
      .set({ heartbeatAt: sql`now()` })
      .where(isRunning(crawl))
      .returning({ id: table.id });
    if (mine) await step(tx);
  });
}

function isRunning({ id, attempts }: Crawl) {
  const { crawl } = schema;
  return and(eq(crawl.id, id), eq(crawl.state, "running"), eq(crawl.attempts, attempts));
}

/** What the search has noted on its way stays where its end has nothing to say. */
async function end(tx: Tx, id: string, state: Crawl["state"], note: string | null): Promise<void> {
  const { crawl } = schema;
  await tx
    .update(crawl)
    .set({
      state,
      ...(note === null ? {} : { note: cleanText(note, 500) }),
      finishedAt: sql`gurulog_now()`,
    })
    .where(eq(crawl.id, id));
}

const isUrl = (crawlId: string, url: string) =>
  and(eq(schema.crawlUrl.crawlId, crawlId), sql`md5(${schema.crawlUrl.url}) = md5(${url})`);

/** Numbers what is new alone, as most links of a page are in its menu, and of that as many as there is room for. */
async function addKnown(tx: Tx, crawlId: string, urls: string[], state: "known" | "found"): Promise<void> {
  if (urls.length === 0) return;
  const leftOut = await tx.execute(sql`
    with met as (
      select url, min(at) as at
      from jsonb_array_elements_text(${JSON.stringify(urls)}::text::jsonb) with ordinality as named (url, at)
      group by url),
    fresh as (
      select url, row_number() over (order by at) as nth from met
      where not exists (
        select from crawl_url u where u.crawl_id = ${crawlId}::uuid and md5(u.url) = md5(met.url))),
    had as (
      select count(*) as n, coalesce(max(ordinal), -1) as last
      from crawl_url where crawl_id = ${crawlId}::uuid),
    added as (
      insert into crawl_url (crawl_id, ordinal, url, state)
      select ${crawlId}::uuid, had.last + fresh.nth, fresh.url, ${state}::text
      from had, fresh where had.n + fresh.nth <= ${mostKnown}::int
      on conflict do nothing)
    select 1 from had, fresh where had.n + fresh.nth > ${mostKnown}::int limit 1`);
  if (leftOut.count === 0) return;
  const note = `The site names more than ${mostKnown.toLocaleString("en-US")} addresses. The rest was left out.`;
  await tx.update(schema.crawl).set({ note }).where(eq(schema.crawl.id, crawlId));
}

/**
 * Queues searches whose run crashed with its process, or whose job was lost. One whose job waits, because there is much to
 * do before it, gets no second.
 * @returns the number of those that fell silent
 */
export async function requeueSilentCrawls(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update crawl set heartbeat_at = now(), state = 'waiting' where id in (
        select id from crawl
        where (state = 'running' and heartbeat_at < now() - make_interval(secs => ${silenceS}))
          or (state = 'waiting' and heartbeat_at < now() - make_interval(secs => ${lostAfterS}))
        order by heartbeat_at limit 20 for update skip locked)
      returning id`);
    const ids = rows.map(({ id }) => id);
    const queued = await awaitingJobs(tx, "crawl-website", "crawlId", ids);
    for (const id of ids) if (!queued.has(id)) await enqueueIn(tx, "crawl-website", { crawlId: id });
    return rows.length;
  });
}
