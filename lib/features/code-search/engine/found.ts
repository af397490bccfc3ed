import "server-only";
import type { FileScan, Hit } from "./file-scan";
import { matchesIn, type Span } from "./line-matches";
import type { SearchedRepository } from "./messages";
import { isOfPath } from "./query-tree";
import type { SearchOutcome } from "./types";

/** A file that matches. */
export interface Found {
  repository: SearchedRepository;
  scan: FileScan;
  hits: Hit[];
  pathSpans: Span[];
  matches: number;
  /** It has more hits than are wanted. */
  isCut: boolean;
}

/** What one going through the index has found. */
export interface Finds {
  readonly found: Found[];
  endedBy: SearchOutcome["endedBy"];
  /** Something that should be there is not: its generation may be gone. */
  isMissing: boolean;
  add(found: Found): void;
  /** Takes back what was added last, if it is there still. */
  remove(found: Found): void;
  /** Leaves out a file and all behind it: an answer with them would be too large, or come too late. */
  cutBefore(found: Found, endedBy: "deadline" | "size"): void;
  statsAt(durationMs: number): SearchOutcome["stats"];
}

/**
 * What was found in a file until now.
 * @param left matches that are wanted
 */
export function foundIn(scan: FileScan, repository: SearchedRepository, left: number): Found {
  const all = scan.hits();
  const hits = all.slice(0, left);
  const pathSpans = pathSpansOf(scan).slice(0, left);
  const matches = hits.length > 0 ? hits.length : Math.max(1, pathSpans.length);
  return { repository, scan, hits, pathSpans, matches, isCut: all.length > left };
}

function pathSpansOf(scan: FileScan): Span[] {
  const path = scan.files.path(scan.file);
  const spans = scan.shown.flatMap((leaf) => {
    const { matcher } = leaf;
    return isOfPath(leaf) && matcher ? matchesIn(path, matcher).filter(({ from, to }) => to > from) : [];
  });
  spans.sort((a, b) => a.from - b.from || b.to - a.to);
  const merged: Span[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from < last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}
