import "server-only";
import { type Held, leaseS, signOfLife } from "./turns";

/** In milliseconds. */
interface HoldingTimes {
  betweenMs: number;
  /** Whoever could give no sign of life for so long does nothing more: another may soon be at it. */
  silentMs: number;
}

const usualTimes: HoldingTimes = { betweenMs: 15_000, silentMs: (leaseS - 20) * 1_000 };

/**
 * Says again and again that this worker has a message.
 * @returns `lost`, which ends the work when another has the message, or may have it soon; and what ends the saying
 */
export function holdMessage(held: Held, times = usualTimes): { lost: AbortSignal; end: () => void } {
  const lost = new AbortController();
  let saidAt = performance.now();
  const beating = setInterval(() => {
    const now = performance.now();
    if (now - saidAt > times.silentMs) return lost.abort(new Error("the database takes no sign of life"));
    signOfLife(held).then(
      (isMine) => {
        if (isMine) saidAt = now;
        else lost.abort(new Error("another worker has the message"));
      },
      () => {},
    );
  }, times.betweenMs);
  return { lost: lost.signal, end: () => clearInterval(beating) };
}
