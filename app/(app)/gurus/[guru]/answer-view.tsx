"use client";
import { FormMessage } from "@/components/forms/form-message";
import { VisibleText } from "@/components/visible-text/visible-text";
import { searchTookTooLong } from "@/lib/features/ask/answer-in-words";
import type { Answer, Outcome } from "@/lib/features/ask/schemas";
import { AnswerText, passageId } from "./answer-text";
import { QuoteView } from "./quote-view";

const nothingFound =
  "Nothing in the sources answers this. Try other words, or ask a maintainer to add a source about it.";

/** What is said of an outcome besides the note that may come with it. */
const words: Partial<Record<Outcome, string>> = {
  nothing_found: nothingFound,
  search_timed_out: searchTookTooLong,
  stopped: "Stopped. The question is kept.",
};

/** Is it no fault of the sources or of the person that there is no answer? */
const isOurs = (outcome: Outcome | null) => outcome === "failed" || outcome === "search_timed_out";

/** An answer, as far as it has come: what the model wrote, why it did not, and the passages. */
export function AnswerView({ answer }: { answer: Answer }) {
  const { guru, question, quotes, text, outcome, note } = answer;
  const isWriting = outcome === null;
  const said = note ?? (outcome ? words[outcome] : undefined);
  return (
    <section
      aria-label="Answer"
      aria-live="polite"
      // Read out when it is whole, not word by word.
      aria-busy={isWriting}
      className="border-t border-line pt-4"
    >
      <p className="mb-3 font-semibold text-base [overflow-wrap:anywhere]">
        <VisibleText text={question} />
      </p>
      {text ? (
        <div className="mb-4">
          <AnswerText text={text} passages={quotes.length} />
        </div>
      ) : null}
      {isWriting ? (
        <p className="mb-4 flex items-center gap-2 text-fg-2 text-sm">
          <span className="spinner" aria-hidden="true" />
          The answer is being written from the passages below.
        </p>
      ) : null}
      {said ? <FormMessage tone={isOurs(outcome) ? "error" : "info"}>{said}</FormMessage> : null}
      {text !== null && quotes.length > 0 ? <h2 className="mb-3 font-semibold text-sm">Passages</h2> : null}
      {quotes.length > 0 ? (
        <ol className="space-y-4">
          {quotes.map((quote, at) => (
            <li key={`${quote.sourceId} ${quote.ordinal}`} id={passageId(at + 1)} className="scroll-mt-16">
              {text === null ? null : <span className="tabular-nums text-fg-3 text-xs">[{at + 1}]</span>}
              <QuoteView guru={guru.slug} quote={quote} />
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
