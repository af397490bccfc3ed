import { setImmediate } from "node:timers/promises";
import { SaxesParser } from "saxes";

/** Characters that are parsed at once, so that requests get their turn in between. */
const stepLength = 64 * 1024;
/** Elements in each other; with its extensions (images, videos, languages) a sitemap has five. */
const mostLevels = 16;
/** Attributes of one element. */
const mostAttributes = 64;
/**
 * Characters between two things that the parser tells of: it holds what lies between, and a line end or an entity takes it
 * more than ten times its own length.
 */
const longestPiece = 256 * 1024;

/** What a sitemap names: pages, or further sitemaps. */
export interface Sitemap {
  pages: string[];
  sitemaps: string[];
}

/** The text is no sitemap; said to a person by whoever asked for it. */
export class NoSitemap extends Error {
  override readonly name = "NoSitemap";
}

/**
 * Reads a sitemap or an index of sitemaps (sitemaps.org, version 0.9), or a plain text of addresses, one a line. The XML
 * parser knows the five entities of XML alone: what a document type declares is neither fetched nor expanded.
 * @param most addresses that are taken; the rest is left
 * @throws NoSitemap
 */
export async function parseSitemap(text: string, most: number): Promise<Sitemap> {
  if (!text.trimStart().startsWith("<")) return { pages: plainAddresses(text, most), sitemaps: [] };
  const found: Sitemap = { pages: [], sitemaps: [] };
  const path: string[] = [];
  let address: string | null = null;
  const parser = new SaxesParser();
  let toldAt = 0;
  let attributes = 0;
  const told = () => {
    toldAt = parser.position;
  };
  parser.on("opentagstart", () => {
    attributes = 0;
    told();
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > mostAttributes) throw new NoSitemap("an element has too many attributes");
    told();
  });
  parser.on("comment", told);
  parser.on("processinginstruction", told);
  parser.on("opentag", ({ name }) => {
    told();
    path.push(localName(name));
    if (path.length > mostLevels) throw new NoSitemap("its elements are too deep in each other");
    if (isAddress(path)) address = "";
  });
  const add = (part: string) => {
    if (address !== null && address.length < 3_000) address += part;
  };
  parser.on("text", add);
  parser.on("cdata", (part) => {
    told();
    add(part);
  });
  parser.on("closetag", () => {
    told();
    const list = path[0] === "urlset" ? found.pages : found.sitemaps;
    if (address !== null && isAddress(path) && list.length < most) list.push(address.trim());
    if (isAddress(path)) address = null;
    path.pop();
  });
  parser.on("error", (error) => {
    throw new NoSitemap(error.message);
  });
  for (let at = 0; at < text.length; at += stepLength) {
    parser.write(text.slice(at, at + stepLength));
    if (parser.position - toldAt > longestPiece) throw new NoSitemap("a piece of it is too long");
    await setImmediate();
  }
  parser.close();
  if (found.pages.length + found.sitemaps.length === 0) throw new NoSitemap("it names nothing");
  return found;
}

const localName = (name: string) => name.slice(name.indexOf(":") + 1).toLowerCase();

function isAddress(path: readonly string[]): boolean {
  if (path.length !== 3) return false;
  const [root, entry, field] = path;
  const isEntry = (root === "urlset" && entry === "url") || (root === "sitemapindex" && entry === "sitemap");
  return isEntry && field === "loc";
}

function plainAddresses(text: string, most: number): string[] {
  const lines = text.split(/\r?\n/, most + 1).flatMap((line) => line.trim() || []);
  if (!lines.some((line) => /^https?:\/\//i.test(line))) throw new NoSitemap("it holds no address");
  return lines.filter((line) => /^https?:\/\//i.test(line)).slice(0, most);
}
