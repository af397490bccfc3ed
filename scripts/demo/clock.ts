/** The time at which the demo's acts happen: set from act to act, and going on between them as a clock does. */
export interface DemoClock {
  now(): Date;
  /** Goes forward to a moment; never back, so that the log's order is its times' order. */
  advanceTo(at: number): void;
}

/** @param start milliseconds since 1970 */
export function createDemoClock(start: number): DemoClock {
  let shown = start;
  let since = performance.now();
  const current = (): number => shown + (performance.now() - since);
  return {
    now: () => new Date(current()),
    advanceTo(at) {
      shown = Math.max(at, current());
      since = performance.now();
    },
  };
}
