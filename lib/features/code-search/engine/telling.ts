import "server-only";
import type { Clock } from "./clock";
import type { FileScan } from "./file-scan";
import type { Finds, Found } from "./found";
import type { IndexReads } from "./index-reads";
import type { SearchOrder, SoFar } from "./messages";
import { shownFiles, sizeOf } from "./shown-files";

/** Who waits for a search. */
export interface Teller {
  /** Resolves once it is sent. */
  soFar(soFar: SoFar): Promise<void>;
  /** It looks no further. */
  answering(): void;
}

/** From this share of the time on what is found is told now and then, in ms, whatever comes next. */
const nowAndThen = { share: 0.6, ms: 200 };
/** How often it is told: so many times, and once more each so many ms. */
const mostTellings = { first: 200, eachMs: 2 };

/**
 * Tells what one going through the index has found, before what may take longer than there is time for: nothing but the end of
 * the process ends it, and then what was told is the answer. Each file is told once, so that it costs what the answer does.
 */
export class Telling {
  readonly #reads: IndexReads;
  readonly #order: SearchOrder;
  readonly #clock: Clock;
  readonly #teller: Teller;
  #files = 0;
  #bytes = 0;
  #tellings = 0;
  #lastMs = 0;

  /** @param clock until when what is shown can be read */
  constructor(reads: IndexReads, order: SearchOrder, clock: Clock, teller: Teller) {
    this.#reads = reads;
    this.#order = order;
    this.#clock = clock;
    this.#teller = teller;
  }

  /**
   * Whether to tell, before something that takes so many ms at most.
   * @param under the looking through a file that is under way: what is found there counts, too
   */
  isDue(run: Finds, mayTakeMs: number, under?: FileScan): boolean {
    const { durationMs } = this.#clock;
    const { deadlineMs } = this.#order;
    const isLate = durationMs > nowAndThen.share * deadlineMs && durationMs - this.#lastMs >= nowAndThen.ms;
    if (!isLate && durationMs + mayTakeMs < deadlineMs) return false;
    if (this.#tellings >= mostTellings.first + durationMs / mostTellings.eachMs) return false;
    return run.found.length > this.#files || under?.matches === true;
  }

  /** @param partly what is found in a file that is not done */
  async tell(run: Finds, partly: Found | null = null): Promise<void> {
    this.#tellings += 1;
    this.#lastMs = this.#clock.durationMs;
    const after = this.#files;
    if (partly) run.add(partly);
    const shown = { files: after, bytes: this.#bytes };
    const files = await shownFiles(this.#reads, run, this.#order, this.#clock, shown);
    const matches = run.found.slice(after).map((found) => found.matches);
    const stats = run.statsAt(this.#clock.durationMs);
    if (partly) run.remove(partly);
    // One that is not done is told anew, with what else it has.
    this.#files = run.found.length;
    for (const file of files.slice(0, this.#files - after)) this.#bytes += sizeOf(file);
    await this.#teller.soFar({ after, files, matches, stats });
  }
}
