/** Failures that cost nothing; each one after them doubles the wait. */
const freeFailures = 5;
const longestDelayS = 60;
/** Without a failure for this long everything is forgotten, in seconds. */
export const forgottenAfterS = 15 * 60;

/** How long the next try must wait after so many failures, in seconds. */
export function delayAfterS(failures: number): number {
  if (failures <= freeFailures) return 0;
  return Math.min(longestDelayS, 2 ** Math.min(failures - freeFailures - 1, 30));
}

/**
 * What one more failure comes to. Only tries that were let through are failures: a try that the delay refused makes it
 * no longer, so nobody can be kept out for ever.
 * @param failures counted so far
 * @param sinceLastS seconds since the last of them
 */
export function oneMoreFailure(failures: number, sinceLastS: number): { failures: number; delayS: number } {
  const counted = (sinceLastS >= forgottenAfterS ? 0 : failures) + 1;
  return { failures: counted, delayS: delayAfterS(counted) };
}

/** What a person is told whom the delay refuses; the same whether or not the account exists. */
export function throttledMessage(waitS: number): string {
  return `Too many tries. Wait ${waitS} ${waitS === 1 ? "second" : "seconds"}.`;
}
