import type { FoundLine, LineSpan } from "./search-types";
import { CodeText } from "./viewer-text";

/** Pieces of code or of a path, those that match marked. */
export function MarkedSpans({ spans }: { spans: readonly LineSpan[] }) {
  return spans.map(([text, look, isMatch], index) => {
    const Piece = isMatch ? "mark" : "span";
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other identity
      <Piece key={index} className={look ?? undefined}>
        <CodeText text={text} />
      </Piece>
    );
  });
}

/** One line of a file; the number of one that matches leads to it in the viewer. */
export function CodeLine({ line, href }: { line: FoundLine; href: string }) {
  return (
    <div className="cs-line" data-match={line.matches > 0 ? "" : undefined}>
      {line.matches > 0 ? (
        <a className="cs-number" href={href} aria-label={`Line ${line.number}`}>
          {line.number}
        </a>
      ) : (
        <span className="cs-number">{line.number}</span>
      )}
      <code>
        <MarkedSpans spans={line.spans} />
      </code>
    </div>
  );
}
