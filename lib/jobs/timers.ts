import "server-only";
import { logError } from "@/lib/platform/log";

export interface Timers {
  /** Starts nothing more and waits for what is running. */
  stop(): Promise<void>;
}

/** Work that is repeated while the product runs. */
export interface Periodic {
  name: string;
  everyMs: number;
  run: () => Promise<unknown>;
}

/** Work at a time of day, UTC. */
export interface Daily {
  name: string;
  /** `HH:MM`, UTC. */
  at: string;
  run: () => Promise<unknown>;
  /** Asked once at start: was the last time missed? Then it runs at once. */
  isOverdue?: () => Promise<boolean>;
}

const dayMs = 86_400_000;

/** Milliseconds until the next time of day, more than 0. */
export function untilNext(at: string, now: number): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at);
  if (!match) throw new Error(`${at} is no time of day`);
  const ofDay = (Number(match[1]) * 60 + Number(match[2])) * 60_000;
  const wait = (ofDay - (now % dayMs) + dayMs) % dayMs;
  return wait === 0 ? dayMs : wait;
}

/**
 * Runs periodic work at once and then each time its interval has passed since it ended; daily work at its time. Two runs
 * of one piece never overlap. An error is logged and the next time comes all the same.
 */
export function startTimers(periodic: readonly Periodic[], daily: readonly Daily[] = []): Timers {
  const waiting = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  const later = (ms: number, step: () => Promise<void>) => {
    if (stopped) return;
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
  const logged = async (name: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!stopped) logError(name, error);
    }
  };

  for (const each of periodic) {
    const step = async () => {
      await logged(each.name, each.run);
      later(each.everyMs, step);
    };
    now(step);
  }
  for (const each of daily) {
    const step = async () => {
      await logged(each.name, each.run);
      later(untilNext(each.at, Date.now()), step);
    };
    later(untilNext(each.at, Date.now()), step);
    if (each.isOverdue)
      now(() => logged(each.name, async () => ((await each.isOverdue?.()) ? each.run() : undefined)));
  }
  return {
    async stop() {
      stopped = true;
      for (const timer of waiting) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
