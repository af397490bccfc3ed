"use client";
import Link from "next/link";
import { useContext } from "react";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { Answer, Quote } from "@/lib/features/ask/schemas";

/** The answer that the form got: quotes, each with the way to its source. */
export function AnswerView({ guru }: { guru: string }) {
  const result = useContext(FormStateContext);
  if (!result?.ok) return null;
  const answer = result.value as Answer | null;
  if (!answer)
    return (
      <FormMessage tone="info">
        This question was answered already. Ask it again to see the answer.
      </FormMessage>
    );
  return (
    <section aria-label="Answer" aria-live="polite" className="border-t border-line pt-4">
      <p className="mb-3 font-semibold text-base [overflow-wrap:anywhere]">
        <VisibleText text={answer.question} />
      </p>
      {answer.quotes.length === 0 ? (
        <FormMessage tone="info">
          Nothing in the sources answers this. Try other words, or ask a maintainer to add a source about it.
        </FormMessage>
      ) : (
        <ol className="space-y-4">
          {answer.quotes.map((quote) => (
            <li key={`${quote.sourceId} ${quote.ordinal}`}>
              <QuoteView guru={guru} quote={quote} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function QuoteView({ guru, quote }: { guru: string; quote: Quote }) {
  const href = `/gurus/${guru}/data-sources/${quote.sourceId}?passage=${quote.ordinal}#p${quote.ordinal}`;
  return (
    <figure>
      <blockquote className="whitespace-pre-wrap border-l-2 border-accent-line pl-3 text-sm [overflow-wrap:anywhere]">
        {quote.segments.map((segment, n) =>
          segment.hit ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
            <mark key={n} className="rounded-[2px] bg-accent-soft text-fg">
              {segment.text}
            </mark>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
            <VisibleText key={n} text={segment.text} lines />
          ),
        )}
      </blockquote>
      <figcaption className="mt-1.5 pl-[14px] text-fg-2 text-xs">
        <Link className="link" href={href} prefetch={false}>
          <VisibleText text={quote.title} />
        </Link>
        {quote.heading ? (
          <>
            {" · "}
            <VisibleText text={quote.heading} />
          </>
        ) : null}
      </figcaption>
    </figure>
  );
}
