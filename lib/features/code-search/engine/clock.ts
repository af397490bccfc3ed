/** Says when a search is over: at its deadline, or when nobody waits for it any more. */
export class Clock {
  readonly begunAt = performance.now();
  readonly #endsAt: number;
  readonly #signal: AbortSignal;

  constructor(deadlineMs: number, signal: AbortSignal) {
    this.#endsAt = this.begunAt + deadlineMs;
    this.#signal = signal;
  }

  readonly isOver = (): boolean => this.#signal.aborted || performance.now() >= this.#endsAt;

  get durationMs(): number {
    return performance.now() - this.begunAt;
  }

  /** What comes of a promise, or null when it takes too long. */
  async orOver<T>(work: Promise<T>): Promise<T | null> {
    // It may fail after nobody waits for it.
    work.catch(() => undefined);
    if (this.isOver()) return null;
    let end = () => {};
    const over = new Promise<null>((resolve) => {
      end = () => resolve(null);
    });
    const timer = setTimeout(end, this.#endsAt - performance.now());
    this.#signal.addEventListener("abort", end);
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", end);
    }
  }

  /** Gives messages a chance: a search that was cancelled would not hear of it. */
  async listen(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
