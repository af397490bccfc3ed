import { test } from "vitest";

/**
 * Watches whether the machine leaves this process without time. What the process itself computes is no standstill.
 * @returns ends the watch, and tells the longest standstill in milliseconds
 */
export function watchStandstills(): () => number {
  const everyMs = 20;
  let longest = 0;
  let last = performance.now();
  let used = process.cpuUsage();
  const look = () => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(used);
    longest = Math.max(longest, now - last - everyMs - (user + system) / 1_000);
    last = now;
    used = process.cpuUsage();
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

/**
 * Does what holds a time, again where it failed while the machine stood still: what fails whenever it is done, fails.
 * @param mostMs a standstill that is none, in milliseconds
 */
async function undisturbed(work: () => Promise<void>, mostMs = 200): Promise<void> {
  for (let tries = 1; ; tries++) {
    const ended = watchStandstills();
    try {
      await work();
      return void ended();
    } catch (error) {
      if (ended() < mostMs || tries === 5) throw error;
    }
  }
}

/** A test that holds times, on a machine that goes on. */
export const timedTest = (name: string, body: () => Promise<void>) =>
  test(name, () => undisturbed(body), 120_000);
