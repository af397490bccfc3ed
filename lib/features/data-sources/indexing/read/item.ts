import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { readPageApart } from "../../pages/read-page-apart";
import { type SourceToRead, type TextPiece, Unreadable } from "../text-piece";

/** Pieces in which a text is worked on, in UTF-16 units, so that the process breathes in between. */
const pieceLength = 128 * 1024;

/**
 * The text of what a backfill job brought in, each passage with the item's title and its address there. HTML is read in a
 * process of its own, like a page of the web.
 * @throws Unreadable with the reason in words
 */
export async function* readItem(source: SourceToRead, signal: AbortSignal): AsyncGenerator<TextPiece> {
  const { content, title, url, sizeBytes } = source;
  if (content === null || content.trim() === "") throw new Unreadable("There is no text in this item.");
  const isHtml = source.settings.item?.format === "html";
  const text = isHtml ? await textOfHtml(url, content, signal) : content;
  const about = { url: url ?? undefined, heading: cleanText(title, 200), markdown: true };
  for (let at = 0; at < text.length; at += pieceLength) {
    const part = Math.min(1, (at + pieceLength) / text.length);
    yield {
      ...about,
      text: cleanText(text.slice(at, at + pieceLength)),
      bytes: Math.floor(sizeBytes * part),
    };
  }
}

/** What services send is a piece of a page, not one. */
async function textOfHtml(url: string | null, piece: string, signal: AbortSignal): Promise<string> {
  const html = `<!doctype html><html><body><main>${piece}</main></body></html>`;
  const { markdown } = await readPageApart({ url: url ?? "https://item.invalid/", html }, signal);
  return markdown;
}
