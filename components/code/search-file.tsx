"use client";
import Link from "next/link";
import { useId, useState } from "react";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { visibleString } from "@/components/visible-text/tokens";
import { CodeLine, MarkedSpans } from "./search-line";
import type { FileView, FoundChunk } from "./search-types";

const shownMatches = 5;

/** A file of the results: its path, then its lines, which can be folded away. */
export function SearchFile({ file }: { file: FileView }) {
  const id = useId();
  const [isOpen, setOpen] = useState(true);
  const [isWhole, setWhole] = useState(false);
  const first = firstChunks(file.chunks);
  const shown = isWhole ? file.chunks : first;
  const hidden = isWhole ? 0 : matchesIn(file.chunks) - matchesIn(first);
  const name = visibleString(file.name);
  return (
    <li className="cs-file">
      <div className="cs-file-head">
        {file.chunks.length > 0 ? (
          <IconButton
            label={`${isOpen ? "Hide" : "Show"} lines of ${name}`}
            aria-expanded={isOpen}
            aria-controls={id}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
          </IconButton>
        ) : (
          <span className="cs-file-sign">
            <Icon name="file" />
          </span>
        )}
        <Link className="cs-path mono" href={file.href} prefetch={false} data-file="">
          <MarkedSpans spans={file.path} />
        </Link>
        <span className="cs-file-facts">
          {file.branches.map((branch) => (
            <span key={branch} className="badge mono">
              {visibleString(branch)}
            </span>
          ))}
          {file.language ? <span>{file.language}</span> : null}
          {file.matches > 0 ? (
            <span className="btn-count" title={file.matches === 1 ? "1 match" : `${file.matches} matches`}>
              {file.matches.toLocaleString("en-US")}
            </span>
          ) : null}
        </span>
      </div>
      {file.chunks.length > 0 && isOpen ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section id={id} className="cs-lines" tabIndex={0} aria-label={`Lines of ${name}`}>
          {shown.map((chunk) => (
            <div key={chunk.lines[0]?.number} className="cs-chunk">
              {chunk.lines.map((line) => (
                <CodeLine key={line.number} line={line} href={lineAddress(file.href, line.number)} />
              ))}
            </div>
          ))}
        </section>
      ) : null}
      {hidden > 0 && isOpen ? (
        <button type="button" className="cs-more" onClick={() => setWhole(true)}>
          Show {hidden.toLocaleString("en-US")} more {hidden === 1 ? "match" : "matches"}
        </button>
      ) : null}
    </li>
  );
}

/** The file's address has no line yet. */
const lineAddress = (href: string, line: number) => `${href}?line=${line}#L${line}`;

const matchesIn = (chunks: readonly FoundChunk[]) =>
  chunks.reduce((sum, chunk) => sum + chunk.lines.reduce((n, line) => n + line.matches, 0), 0);

/** Up to the line of the last match that is shown at first: one chunk may have hundreds. */
function firstChunks(chunks: readonly FoundChunk[]): readonly FoundChunk[] {
  let matches = 0;
  const first: FoundChunk[] = [];
  for (const chunk of chunks) {
    const end = chunk.lines.findIndex((line) => {
      matches += line.matches;
      return matches >= shownMatches;
    });
    if (end < 0) {
      first.push(chunk);
      continue;
    }
    const rest = chunk.lines.slice(end + 1);
    // Context behind the last match stays with it.
    first.push(
      rest.some((line) => line.matches > 0) ? { ...chunk, lines: chunk.lines.slice(0, end + 1) } : chunk,
    );
    return first;
  }
  return first;
}
