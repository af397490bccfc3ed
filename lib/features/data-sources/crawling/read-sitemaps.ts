import "server-only";
import { decodeText } from "@/lib/platform/fetching/decode-text";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { inflateBody } from "@/lib/platform/fetching/inflate-body";
import { parseWebAddress } from "@/lib/platform/fetching/web-address";
import { mapInSlices } from "@/lib/platform/map-in-slices";
import { Unreadable } from "../indexing/text-piece";
import { fetchInWords } from "../pages/fetch-page";
import { NoSitemap, parseSitemap } from "./sitemap";
import { SitemapsToRead } from "./sitemaps-to-read";

/** Sitemaps of one index that are read. */
const mostSitemaps = 50;
const mostBytes = 10 * 1024 * 1024;

/**
 * The pages that a sitemap names, also through an index and packed with gzip; only those of its own site, as the protocol
 * has it (sitemaps.org, "Sitemap file location").
 * @param most pages that are wanted
 * @param reading.goesOn asked before each sitemap; false = what was found so far is all
 * @throws Unreadable, NotNow
 */
export async function pagesOfSitemap(
  address: string,
  most: number,
  reading: { signal: AbortSignal; goesOn: () => Promise<boolean> },
): Promise<{ pages: string[]; leftOut: number; hasUnread: boolean; isStopped: boolean }> {
  const { host } = new URL(address);
  const pages = new Set<string>();
  const toRead = new SitemapsToRead(address, mostSitemaps);
  let leftOut = 0;
  for (let next = toRead.next(); next !== undefined; next = toRead.next()) {
    if (!(await reading.goesOn())) return { pages: [...pages], leftOut, hasUnread: true, isStopped: true };
    const sitemap = await sitemapAt(next, reading.signal);
    for (const url of await mapInSlices(sitemap.pages, (one) => ofSite(one, host))) {
      if (url === null || (pages.size >= most && !pages.has(url))) leftOut += 1;
      else pages.add(url);
    }
    for (const url of await mapInSlices(sitemap.sitemaps, (one) => ofSite(one, host))) {
      if (url !== null) toRead.add(url);
    }
    if (pages.size >= most) break;
  }
  if (pages.size === 0) throw new Unreadable("This sitemap names no page of its own site.");
  return { pages: [...pages], leftOut, hasUnread: toRead.hasUnread, isStopped: false };
}

async function sitemapAt(address: string, signal: AbortSignal) {
  const { body, header } = await fetchInWords(address, {
    signal,
    accept: "application/xml, text/xml, text/plain",
  });
  try {
    // A packed file, not a packed answer; bounded like one.
    const isPacked = body[0] === 0x1f && body[1] === 0x8b;
    const file = isPacked ? await inflateBody(body, "gzip", mostBytes) : body;
    return await parseSitemap(decodeText(file, header("content-type")), 50_000);
  } catch (error) {
    if (error instanceof FetchRefused) throw new Unreadable(error.message);
    if (!(error instanceof NoSitemap)) throw error;
    throw new Unreadable("What is at this address is no sitemap. Sites usually have theirs at /sitemap.xml.");
  }
}

/** @returns null for an address of another site, or that is none */
function ofSite(text: string, host: string): string | null {
  try {
    const url = parseWebAddress(text);
    return url.host === host ? url.href : null;
  } catch (error) {
    if (error instanceof FetchRefused) return null;
    throw error;
  }
}
