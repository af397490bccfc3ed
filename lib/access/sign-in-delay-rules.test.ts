import { expect, it } from "vitest";
import { delayAfterS, oneMoreFailure, ruleOf, throttledMessage, usualRule } from "./sign-in-delay-rules";

const account = ruleOf("i.berg@halden.example");
const factor = ruleOf("factor 0199d0a4-0000-7000-8000-000000000001");
const delays = (n: number, rules = account) => Array.from({ length: n }, (_, i) => delayAfterS(i, rules));

it("leaves five failures free, then doubles from one second to sixty", () => {
  expect(delays(15)).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  for (const key of ["", " ", "198.51.100.7", "factory x", "constructor x", "password-change x"])
    expect(ruleOf(key)).toBe(usualRule);
  expect(delayAfterS(1_000_000, account)).toBe(60);
});

it("forgets after a quarter of an hour without a failure", () => {
  expect(oneMoreFailure(9, 899, account)).toEqual({ failures: 10, delayS: 16 });
  expect(oneMoreFailure(9, 900, account)).toEqual({ failures: 1, delayS: 0 });
});

it("doubles to an hour for codes of a second factor, and forgets after a day", () => {
  expect(delays(20, factor).slice(5)).toEqual([
    0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600,
  ]);
  expect(oneMoreFailure(30, 86_399, factor)).toEqual({ failures: 31, delayS: 3_600 });
  expect(oneMoreFailure(30, 86_400, factor)).toEqual({ failures: 1, delayS: 0 });
});

it("lets whoever knows the password and waits out every delay find a code in a year with a chance below 3 in 100", () => {
  let spentS = 0;
  let tries = 0;
  for (let failures = 0; spentS < 365 * 86_400; tries += 1) {
    const next = oneMoreFailure(failures, 0, factor);
    failures = next.failures;
    // Who stays below the delay instead has five tries a day, which is less.
    spentS += next.delayS;
  }
  // Three codes of a million are taken at any moment.
  expect(1 - (1 - 3 / 1_000_000) ** tries).toBeLessThan(0.03);
});

it("leaves twenty accounts from an address and a dozen refused knocks free, and forgets both after an hour", () => {
  const [register, join] = [ruleOf("register 203.0.113.7"), ruleOf("join 0199d0a4")];
  expect([20, 21, 22, 31, 1_000].map((n) => delayAfterS(n, register))).toEqual([0, 1, 2, 600, 600]);
  expect([12, 13, 14, 22, 1_000].map((n) => delayAfterS(n, join))).toEqual([0, 1, 2, 300, 300]);
  for (const rule of [register, join]) {
    expect(oneMoreFailure(90, 3_599, rule).failures).toBe(91);
    expect(oneMoreFailure(90, 3_600, rule)).toEqual({ failures: 1, delayS: 0 });
  }
});

it("tells the seconds to wait, and minutes where it is many", () => {
  expect(throttledMessage(1)).toBe("Too many tries. Wait 1 second.");
  expect(throttledMessage(60)).toBe("Too many tries. Wait 60 seconds.");
  expect(throttledMessage(120)).toBe("Too many tries. Wait 120 seconds.");
  expect(throttledMessage(121)).toBe("Too many tries. Wait 3 minutes.");
  expect(throttledMessage(3_600)).toBe("Too many tries. Wait 60 minutes.");
});
