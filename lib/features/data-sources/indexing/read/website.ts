import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { sha256 } from "@/lib/platform/crypto";
import { fetchPage } from "../../pages/fetch-page";
import { readPageApart } from "../../pages/read-page-apart";
import { type SourceToRead, type TextPiece, Unreadable } from "../text-piece";

/** Pieces in which a text is worked on, in UTF-16 units, so that the process breathes in between. */
const pieceLength = 128 * 1024;

/**
 * The readable text of one page, with its title, and its links beside their words.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function* readWebsite(source: SourceToRead, signal: AbortSignal): AsyncGenerator<TextPiece> {
  if (source.url === null) throw new Unreadable("This source has no address. Delete it and add it again.");
  yield { text: "", bytes: 0, done: 0, total: 1, note: "fetching the page" };
  const page = await fetchPage(source.url, signal);
  const { title, markdown } =
    page.format === "html"
      ? await readPageApart({ url: page.url, html: page.text }, signal)
      : { title: "", markdown: page.text };
  if (markdown.trim() === "")
    throw new Unreadable(
      "There is no text on this page. Pages that are only built by scripts in the browser cannot be read.",
    );
  const about = {
    url: page.url,
    heading: cleanText(title, 200),
    markdown: page.format !== "plain",
    total: 1,
  };
  const learnt = { title, sizeBytes: page.body.length, sha256: sha256(page.body).toString("hex") };
  for (let at = 0; at < markdown.length; at += pieceLength) {
    const part = Math.min(1, (at + pieceLength) / markdown.length);
    const bytes = Math.floor(page.body.length * part);
    yield {
      ...about,
      text: cleanText(markdown.slice(at, at + pieceLength)),
      bytes,
      done: Math.floor(part),
      learnt,
    };
  }
}
