import Link from "next/link";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { Quote } from "@/lib/features/ask/schemas";

/** A passage, with the way to its source here and, where it has one, to its origin. */
export function QuoteView({ guru, quote }: { guru: string; quote: Quote }) {
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
      <figcaption className="mt-1.5 pl-[14px] text-fg-2 text-xs [overflow-wrap:anywhere]">
        <Link className="link" href={href} prefetch={false}>
          <VisibleText text={quote.title} />
        </Link>
        {[quote.locator?.startsWith(quote.heading) ? "" : quote.heading, quote.locator].map((about) =>
          about ? (
            <span key={about}>
              {" · "}
              <VisibleText text={about} />
            </span>
          ) : null,
        )}
        {quote.url ? (
          <>
            {" · "}
            <a className="link" href={quote.url} target="_blank" rel="noopener noreferrer nofollow">
              <VisibleText text={originOf(quote.url)} />
              <span className="sr-only"> (opens in a new tab)</span>
            </a>
          </>
        ) : null}
      </figcaption>
    </figure>
  );
}

/** Host and path, so that the reader sees where the link leads before they follow it. */
function originOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === "/" ? "" : pathname}`;
}
