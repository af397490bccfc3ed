import { setImmediate } from "node:timers/promises";

/** Of work at a stretch; requests wait for so long at most. */
const turnMs = 20;

/** Lets a loop that computes give way to the rest of the process, and ends it when it has computed too long. */
export class FairTurns {
  readonly #limits: { ms: number; signal: AbortSignal; late: () => Error };
  #workedMs = 0;
  #since = performance.now();

  /** @param limits.ms of computing; what others do in between is not counted */
  constructor(limits: { ms: number; signal: AbortSignal; late: () => Error }) {
    this.#limits = limits;
  }

  isOver(): boolean {
    return performance.now() - this.#since >= turnMs;
  }

  /** @throws the signal's reason; what `late` gives when the time is over */
  async next(): Promise<void> {
    const { ms, signal, late } = this.#limits;
    this.#workedMs += performance.now() - this.#since;
    if (this.#workedMs > ms) throw late();
    await setImmediate();
    signal.throwIfAborted();
    this.#since = performance.now();
  }
}
