/**
 * Watches whether the machine leaves this process without time.
 * @returns ends the watch, and tells the longest standstill in milliseconds
 */
export function watchStandstills(): () => number {
  const everyMs = 20;
  let longest = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
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
export async function undisturbed(work: () => Promise<void>, mostMs = 200): Promise<void> {
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
