const reportEveryMs = 5_000;

/** Says how far a long stage is, at what rate, and how much time it has left; at most every few seconds. */
export class Progress {
  private readonly begun = performance.now();
  private first: number | undefined;
  private lastSaid = this.begun;

  /** @param of how many in all, whatever an earlier run has done of it */
  constructor(
    private readonly what: string,
    private readonly of: number,
  ) {}

  at(done: number): void {
    this.first ??= done;
    const now = performance.now();
    if (now - this.lastSaid < reportEveryMs) return;
    this.lastSaid = now;
    const rate = ((done - this.first) / (now - this.begun)) * 1_000;
    const left = rate > 0 ? `, ${spoken(((this.of - done) / rate) * 1_000)} left` : "";
    const percent = ((done / this.of) * 100).toFixed(1);
    say(`${this.what}: ${counted(done)} of ${counted(this.of)} (${percent} %), ${counted(rate)}/s${left}`);
  }
}

export function say(line: string): void {
  console.log(line);
}

export function counted(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A duration as people say it: 42 s, 3 min 20 s. */
export function spoken(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  return s < 90 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}
