import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { decodeText } from "@/lib/platform/fetching/decode-text";
import { FetchRefused } from "@/lib/platform/fetching/fetch-refused";
import { type Fetched, type FetchOptions, guardedFetch } from "@/lib/platform/fetching/guarded-fetch";
import { NotNow, Unreadable } from "../indexing/text-piece";

const accept = "text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, */*;q=0.1";
const textTypes = /^(text\/(plain|markdown|x-markdown|x-rst|csv)|application\/(json|yaml|x-yaml))$/;
const htmlTypes = /^(text\/html|application\/xhtml\+xml)$/;

/** What an address answered with, as text. */
export interface PageSource {
  /** After redirects. */
  url: string;
  format: "html" | "markdown" | "plain";
  text: string;
  /** As it came, unpacked. */
  body: Buffer;
}

/**
 * Gets a page's text as its server sends it.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function fetchPage(url: string, signal: AbortSignal): Promise<PageSource> {
  const fetched = await fetchInWords(url, { accept, signal });
  const { header, body } = fetched;
  const type = (header("content-type") ?? "text/html").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const text = () => cleanText(decodeText(body, header("content-type")));
  const at = fetched.url.href;
  if (htmlTypes.test(type)) return { url: at, format: "html", text: text(), body };
  if (textTypes.test(type))
    return { url: at, format: type.endsWith("markdown") ? "markdown" : "plain", text: text(), body };
  throw new Unreadable(
    `This address holds no page but a file of the type ${cleanText(type, 60)}. Download it and upload it as a file.`,
  );
}

/**
 * A guarded fetch whose problems, those of the answer's status too, are told as a source's reason.
 * @throws Unreadable, or NotNow
 */
export async function fetchInWords(url: string, options: FetchOptions): Promise<Fetched> {
  let fetched: Fetched;
  try {
    fetched = await guardedFetch(url, options);
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw error.isPassing ? new NotNow(error.message) : new Unreadable(error.message);
  }
  const { status } = fetched;
  if (status >= 200 && status < 300) return fetched;
  if (status === 401 || status === 403)
    throw new Unreadable(
      `The server does not let anybody read this address without signing in (status ${status}).`,
    );
  if (status === 404 || status === 410)
    throw new Unreadable(
      `There is nothing at this address (status ${status}). Check that it is written right.`,
    );
  if (status === 429 || status >= 500)
    throw new NotNow(`The server cannot answer at the moment (status ${status}).`);
  throw new Unreadable(`The server answers with status ${status} instead of a page.`);
}
