/** How tries of one kind are slowed down. */
export interface DelayRules {
  /** Failures that cost nothing; each one after them doubles the wait. */
  freeFailures: number;
  longestDelayS: number;
  /** Without a failure for this long everything is forgotten, in seconds. */
  forgottenAfterS: number;
}

/** For passwords, and for whatever has no rule of its own. */
export const usualRule: DelayRules = { freeFailures: 5, longestDelayS: 60, forgottenAfterS: 15 * 60 };

/** Rules of what is counted under a key that begins with such a word and a blank. */
export const ownRules: Readonly<Record<string, DelayRules>> = {
  // Of a million codes three are right at any moment: a try a minute would find one within months. Nobody but who has the
  // password (or a session) gets here, so a long wait keeps out nobody whose password is theirs alone.
  factor: { freeFailures: 5, longestDelayS: 60 * 60, forgottenAfterS: 24 * 60 * 60 },
  // Accounts made from one address: a company's whole team may come from behind one router on its first day.
  register: { freeFailures: 20, longestDelayS: 10 * 60, forgottenAfterS: 60 * 60 },
  // Somebody without a membership who knocks again and again.
  join: { freeFailures: 12, longestDelayS: 5 * 60, forgottenAfterS: 60 * 60 },
};

/** The rule of what is counted under a key. */
export function ruleOf(key: string): DelayRules {
  const word = key.slice(0, Math.max(0, key.indexOf(" ")));
  return (Object.hasOwn(ownRules, word) ? ownRules[word] : undefined) ?? usualRule;
}

/** How long the next try must wait after so many failures, in seconds. */
export function delayAfterS(failures: number, { freeFailures, longestDelayS }: DelayRules): number {
  if (failures <= freeFailures) return 0;
  return Math.min(longestDelayS, 2 ** Math.min(failures - freeFailures - 1, 30));
}

/**
 * What one more failure comes to. Only tries that were let through are failures: a try that the delay refused makes it
 * no longer, so nobody can be kept out for ever.
 * @param failures counted so far
 * @param sinceLastS seconds since the last of them
 */
export function oneMoreFailure(
  failures: number,
  sinceLastS: number,
  rules: DelayRules,
): { failures: number; delayS: number } {
  const counted = (sinceLastS >= rules.forgottenAfterS ? 0 : failures) + 1;
  return { failures: counted, delayS: delayAfterS(counted, rules) };
}

const counted = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? "" : "s"}`;

/** What a person is told whom the delay refuses; the same whether or not the account exists. */
export function throttledMessage(waitS: number): string {
  const wait = waitS <= 120 ? counted(waitS, "second") : counted(Math.ceil(waitS / 60), "minute");
  return `Too many tries. Wait ${wait}.`;
}
