import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { markdownOf } from "./page-markdown";

/** Links of one page that are looked at. */
const mostLinks = 5_000;
/** Below this share of what the page's main part says, the reading view has lost too much of it. */
const leastShare = 0.5;

/** What is on a page, for people and for the search of a site. */
export interface PageContent {
  title: string;
  /** The readable text, as Markdown. */
  markdown: string;
  /** Addresses of other pages, absolute, without fragments, in the order in which they stand. */
  links: string[];
  /** What the page asks of machines that read it. */
  noIndex: boolean;
  noFollow: boolean;
}

/**
 * Reads a page: its title, its text without menus and the like, its links.
 * @param url where it was found; relative links are relative to it
 */
export function pageContent(html: string, url: string): PageContent {
  const document = documentOf(html);
  const base = baseOf(document, url);
  const robots = [...document.querySelectorAll("meta[name]")]
    .filter((meta) => /^(robots|gurulog)$/i.test(meta.getAttribute("name") ?? ""))
    .map((meta) => (meta.getAttribute("content") ?? "").toLowerCase())
    .join(",");
  return {
    title: titleOf(document),
    markdown: textOf(html, document, base),
    links: linksOf(document, base),
    noIndex: /\b(noindex|none)\b/.test(robots),
    noFollow: /\b(nofollow|none)\b/.test(robots),
  };
}

const documentOf = (html: string) => parseHTML(html).document as unknown as Document;
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

function titleOf(document: Document): string {
  const shown =
    document.querySelector("title")?.textContent || document.querySelector("h1")?.textContent || "";
  return oneLine(shown).slice(0, 300).toWellFormed();
}

function baseOf(document: Document, url: string): string {
  const href = document.querySelector("base[href]")?.getAttribute("href");
  return href && URL.canParse(href, url) ? new URL(href, url).href : url;
}

function linksOf(document: Document, base: string): string[] {
  const found = new Set<string>();
  for (const anchor of document.querySelectorAll("a[href]")) {
    if (/\bnofollow\b/i.test(anchor.getAttribute("rel") ?? "")) continue;
    const href = (anchor.getAttribute("href") ?? "").trim();
    if (!URL.canParse(href, base)) continue;
    const target = new URL(href, base);
    if (!/^https?:$/.test(target.protocol)) continue;
    target.hash = "";
    found.add(target.href);
    if (found.size >= mostLinks) break;
  }
  return [...found];
}

/** The reading view takes the document apart, so it gets one of its own. */
function textOf(html: string, document: Document, base: string): string {
  const view = new Readability(documentOf(html), { serializer: (node) => node as Element }).parse();
  const reading = view?.content ? markdownOf(view.content, base) : "";
  const main = document.querySelector("main, [role=main], article") ?? document.body;
  const whole = main ? markdownOf(main, base) : "";
  // Reference pages are lists and tables, which it takes for menus.
  return reading.length >= whole.length * leastShare ? reading : whole;
}
