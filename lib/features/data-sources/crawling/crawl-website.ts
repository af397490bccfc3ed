import "server-only";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import { parseWebAddress } from "@/lib/platform/fetching/web-address";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { fetchPage } from "../pages/fetch-page";
import { readPageApart } from "../pages/read-page-apart";
import { pagesOfSitemap } from "./read-sitemaps";
import { everythingAllowed, parseRobots, type Robots } from "./robots";
import {
  beginCrawl,
  type Crawl,
  endCrawl,
  type KnownPage,
  keepPages,
  keepVisit,
  nextPage,
  releaseCrawl,
  signOfLife,
  type Visit,
} from "./runs";

/** Endings of what is no page for people; nothing is fetched to find out. */
const files =
  /\.(png|jpe?g|gif|svg|webp|avif|ico|css|js|mjs|map|woff2?|ttf|pdf|zip|gz|tgz|tar|7z|dmg|exe|msi|mp[34]|webm|mov|wav|xml|rss|atom)$/i;

/** Addresses that a search visits for each page that it is to find: not all that a site names are pages. */
const visitsPerPage = 3;
const fewestVisits = 50;
/** For all of a search, as others wait for its end. */
const patienceMs = 60 * 60_000;

/**
 * The job: finds the pages of a site, by its sitemap or from link to link, one at a time, while a person watches and may
 * stop it. It may die at any point and goes on with what it has not visited. Nothing becomes a source by it.
 * @param limits.ms for the visits; in tests less than usual
 */
export async function crawlWebsite(
  { crawlId }: { crawlId: string },
  stopping?: AbortSignal,
  limits: { ms: number } = { ms: patienceMs },
): Promise<void> {
  const crawl = await beginCrawl(crawlId);
  if (!crawl) return;
  const signal = stopping ?? new AbortController().signal;
  try {
    await (crawl.kind === "sitemap" ? bySitemap(crawl, signal) : byLinks(crawl, signal, limits.ms));
  } catch (error) {
    if (signal.aborted) return releaseCrawl(crawl);
    if (!(error instanceof Unreadable || error instanceof NotNow)) throw error;
    await endCrawl(crawl, "failed", error.message);
  }
}

async function bySitemap(crawl: Crawl, signal: AbortSignal): Promise<void> {
  const found = await pagesOfSitemap(crawl.url, crawl.maxPages, { signal, goesOn: () => signOfLife(crawl) });
  await keepPages(crawl, found.pages, "found");
  if (found.isStopped) return endCrawl(crawl, "stopped", null);
  const notes = [
    ...(found.leftOut > 0
      ? [`${found.leftOut.toLocaleString("en-US")} more addresses are of other sites, or beyond the limit.`]
      : []),
    ...(found.hasUnread ? ["Not all of its sitemaps were read."] : []),
  ];
  await endCrawl(crawl, "done", notes.join(" ") || null);
}

async function byLinks(crawl: Crawl, signal: AbortSignal, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  const mostVisits = Math.max(fewestVisits, visitsPerPage * crawl.maxPages);
  const start = new URL(crawl.url);
  const robots = await robotsOf(start, signal);
  await keepPages(crawl, [start.href], "known");
  for (;;) {
    signal.throwIfAborted();
    const next = await nextPage(crawl);
    if (!next) return endCrawl(crawl, "stopped", null);
    if (!next.page) return endCrawl(crawl, "done", null);
    if (next.found >= crawl.maxPages)
      return endCrawl(crawl, "done", "The site has more pages than it was to find.");
    if (next.visited >= mostVisits)
      return endCrawl(
        crawl,
        "done",
        `It ended after ${mostVisits.toLocaleString("en-US")} addresses, as most of them are no pages.`,
      );
    if (performance.now() >= deadline)
      return endCrawl(crawl, "done", `It ended after ${Math.ceil(ms / 60_000)} min, with addresses left.`);
    await keepVisit(crawl, next.page, await visit(next.page, start, robots, signal));
  }
}

/** RFC 9309, 2.3.1: a robots.txt that is not there allows everything, one that cannot be had nothing. */
async function robotsOf(start: URL, signal: AbortSignal): Promise<Robots> {
  try {
    const { status, body } = await guardedFetch(`${start.origin}/robots.txt`, { signal });
    if (status >= 500)
      throw new Unreadable(
        `The site's robots.txt cannot be read (status ${status}), so none of its pages is.`,
      );
    return status >= 200 && status < 300 ? parseRobots(body.toString("utf8")) : everythingAllowed;
  } catch (error) {
    if (error instanceof FetchRefused) throw new Unreadable(error.message);
    throw error;
  }
}

async function visit(page: KnownPage, start: URL, robots: Robots, signal: AbortSignal): Promise<Visit> {
  const refused = (note: string, links: string[] = []): Visit => ({ state: "refused", note, links });
  if (!robots.allows(new URL(page.url))) return refused("The site’s robots.txt does not let it be fetched.");
  try {
    const fetched = await fetchPage(page.url, signal);
    const { url } = fetched;
    if (new URL(url).origin !== start.origin) return refused("It leads to another site.");
    if (!robots.allows(new URL(url)))
      return refused("It leads to a page that the site’s robots.txt excludes.");
    if (fetched.format !== "html") return { state: "found", url, links: [] };
    const content = await readPageApart({ url, html: fetched.text }, signal);
    const links = content.noFollow ? [] : content.links.filter((link) => isOfSite(link, start));
    if (content.noIndex) return refused("The page asks not to be indexed.", links);
    return { state: "found", url, title: content.title, links };
  } catch (error) {
    signal.throwIfAborted();
    // The page's own trouble is no reason to stop looking.
    if (error instanceof Unreadable || error instanceof NotNow) return refused(error.message);
    throw error;
  }
}

function isOfSite(link: string, start: URL): boolean {
  try {
    const url = parseWebAddress(link);
    return url.origin === start.origin && !files.test(url.pathname);
  } catch (error) {
    if (error instanceof FetchRefused) return false;
    throw error;
  }
}
