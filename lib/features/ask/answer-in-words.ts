import type { Answer, Quote } from "./schemas";

/** Characters of a passage that stand in an answer made of passages. */
const longestExcerpt = 600;
const mostExcerpts = 3;

/** Text of a passage without its marks. */
export const textOf = (quote: Quote): string => quote.segments.map((segment) => segment.text).join("");

/** What is said where the searches ran out of time before any passage was found. */
export const searchTookTooLong =
  "The search took too long, so nobody knows yet what the sources say. Ask again in a while; should it happen again, ask with fewer and rarer words.";

/** Where a quote is from, in words. */
export function nameOf({ title, heading, locator }: Quote): string {
  return [title, heading === title ? "" : heading, locator ?? ""].filter((part) => part !== "").join(" · ");
}

/**
 * The answer as plain text for whoever does not see our page: what the model wrote, else the best passages, and what is
 * to be known besides.
 */
export function answerInWords({
  text,
  quotes,
  outcome,
  note,
}: Pick<Answer, "text" | "quotes" | "outcome" | "note">): string {
  if (outcome === "nothing_found")
    return "The sources hold nothing about this. Try other words, or ask a maintainer to add a source about it.";
  if (outcome === "search_timed_out") return searchTookTooLong;
  const said = note === null ? [] : [note];
  if (text) return [text, ...said].join("\n\n");
  // What is to be known speaks of the passages that come after it.
  return [...said, ...quotes.slice(0, mostExcerpts).map(excerptOf)].join("\n\n");
}

function excerptOf(quote: Quote): string {
  const text = textOf(quote).trim();
  const short =
    text.length > longestExcerpt ? `${text.slice(0, longestExcerpt).toWellFormed().trimEnd()} …` : text;
  return `${nameOf(quote)}:\n${short}`;
}
