import "server-only";
import { logError } from "@/lib/platform/log";

export interface Timers {
  /** Starts nothing more, tells what is running, and waits for it. */
  stop(): Promise<void>;
}

/** Work that is repeated while the product runs. */
export interface Periodic {
  name: string;
  everyMs: number;
  /** @param stopping says that the process wants to end: what takes long and can be done later is left then */
  run: (stopping: AbortSignal) => Promise<unknown>;
}

/**
 * Runs periodic work at once and then each time its interval has passed since it ended, so that two runs of one piece
 * never overlap. An error is logged and the next time comes all the same.
 */
export function startTimers(periodic: readonly Periodic[]): Timers {
  const waiting = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const later = (ms: number, step: () => Promise<void>) => {
    if (stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      waiting.delete(timer);
      now(step);
    }, ms);
    // It must not keep the process alive by itself.
    timer.unref();
    waiting.add(timer);
  };
  const now = (step: () => Promise<void>) => {
    const run = step().finally(() => running.delete(run));
    running.add(run);
  };
  const logged = async (name: string, work: Periodic["run"]) => {
    try {
      await work(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) logError(name, error);
    }
  };

  for (const each of periodic) {
    const step = async () => {
      await logged(each.name, each.run);
      later(each.everyMs, step);
    };
    now(step);
  }
  return {
    async stop() {
      stopping.abort();
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
