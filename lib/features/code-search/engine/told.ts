import type { SoFar } from "./messages";
import { outcomeOf } from "./outcome";
import type { FoundFile, SearchOutcome } from "./types";

const nothing: SearchOutcome["stats"] = {
  durationMs: 0,
  fileCount: 0,
  matchCount: 0,
  filesConsidered: 0,
  filesLoaded: 0,
  contentBytesLoaded: 0,
  indexBytesLoaded: 0,
  ngramLookups: 0,
  ngramMatches: 0,
  segmentsScanned: 0,
  waitMs: 0,
  regexpsConsidered: 0,
};

/** What a search has told, in pieces, for when its process has to be ended. */
export class Told {
  readonly #files: FoundFile[] = [];
  readonly #matches: number[] = [];
  #stats = nothing;

  add({ after, files, matches, stats }: SoFar): void {
    this.#files.length = after;
    this.#matches.length = after;
    for (const file of files) this.#files.push(file);
    for (const count of matches) this.#matches.push(count);
    this.#stats = stats;
  }

  /** The answer that it comes to at its deadline. */
  outcome(durationMs: number): SearchOutcome {
    const stats = { ...this.#stats, durationMs: Math.round(durationMs * 10) / 10 };
    return outcomeOf(this.#files, this.#matches, stats, "deadline");
  }
}

/** Of a search that nobody waits for any more. */
export const cutBeforeAnything = (durationMs: number): SearchOutcome => new Told().outcome(durationMs);
