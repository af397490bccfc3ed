import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { type CutPassage, PassageCutter, type Place } from "./cut-passages";
import { DistinctWords } from "./distinct-words";
import type { Progress } from "./progress";
import { keepBatch, type Run } from "./runs";
import type { SourceToRead, TextPiece } from "./text-piece";

const batchSize = 500;
/** The page shows the progress, and a crash loses no more reading than this. */
const keepEveryMs = 1_000;

const maxPlaceLength = 2_000;

const markdownKinds = new Set<SourceToRead["kind"]>(["TEXT", "MARKDOWN", "WEBSITE"]);

/** Cuts the pieces of one run into passages and keeps them in batches. */
export class PassageKeeper {
  readonly #run: Run;
  readonly #cutter: PassageCutter;
  readonly #words: DistinctWords;
  #waiting: CutPassage[] = [];
  #kept: number;
  #progress: Progress;
  #keptAt = performance.now();
  /** The last place from which the reading can go on, and how many passages lie before it. */
  #whole: { passages: number; at: unknown } | undefined;

  constructor(run: Run) {
    this.#run = run;
    this.#cutter = new PassageCutter({ markdown: markdownKinds.has(run.source.kind) });
    this.#words = new DistinctWords(run.kept.words);
    this.#kept = run.kept.passages;
    this.#progress = { bytes: run.source.progressBytes };
  }

  /** Passages of the run that are in the database. */
  get kept(): number {
    return this.#kept;
  }

  /** @returns false when the run has been overtaken */
  async take(piece: TextPiece): Promise<boolean> {
    this.#waiting.push(...this.#cutter.moveTo(placeOf(piece)), ...this.#cutter.push(piece.text));
    this.#words.add(piece.text);
    // What stands above the text is searched with it.
    if (piece.heading !== undefined) this.#words.add(piece.heading);
    this.#progress = { bytes: piece.bytes, done: piece.done, total: piece.total, note: piece.note };
    if (piece.resumeAt !== undefined) {
      this.#waiting.push(...this.#cutter.end());
      this.#whole = { passages: this.#kept + this.#waiting.length, at: piece.resumeAt };
    }
    while (this.#waiting.length >= batchSize) if (!(await this.#keep(batchSize))) return false;
    const due = performance.now() - this.#keptAt >= keepEveryMs;
    return due ? this.#keep(this.#waiting.length) : true;
  }

  /** @returns false when the run has been overtaken */
  async end(): Promise<boolean> {
    this.#waiting.push(...this.#cutter.end());
    while (this.#waiting.length > batchSize) if (!(await this.#keep(batchSize))) return false;
    return this.#keep(this.#waiting.length);
  }

  async #keep(length: number): Promise<boolean> {
    const passages = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    const from = this.#kept;
    this.#kept += passages.length;
    const whole = this.#whole && this.#whole.passages <= this.#kept ? this.#whole : undefined;
    if (whole) this.#whole = undefined;
    const words = this.#words.takeFresh();
    const progress = this.#progress;
    const mine = await keepBatch(this.#run, { from, passages, words, progress, resume: whole });
    this.#keptAt = performance.now();
    return mine;
  }
}

/** Titles, names of sheets and paths come from outside: capped, and without what the database cannot hold. */
function placeOf({ heading, url, locator, markdown }: TextPiece): Place {
  const clean = (text: string | undefined) =>
    text === undefined ? undefined : cleanText(text, maxPlaceLength);
  // A shortened address leads elsewhere.
  const address = url !== undefined && url.length <= maxPlaceLength ? cleanText(url) : undefined;
  return { heading: clean(heading), url: address, locator: clean(locator), markdown };
}
