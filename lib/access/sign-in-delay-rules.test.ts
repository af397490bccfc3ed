import { expect, it } from "vitest";
import { delayAfterS, oneMoreFailure, throttledMessage } from "./sign-in-delay-rules";

it("leaves five failures free, then doubles from one second to sixty", () => {
  expect(Array.from({ length: 15 }, (_, i) => delayAfterS(i))).toEqual([
    0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60,
  ]);
  expect(delayAfterS(1_000_000)).toBe(60);
});

it("forgets after a quarter of an hour without a failure", () => {
  expect(oneMoreFailure(9, 899)).toEqual({ failures: 10, delayS: 16 });
  expect(oneMoreFailure(9, 900)).toEqual({ failures: 1, delayS: 0 });
});

it("tells the seconds to wait", () => {
  expect(throttledMessage(1)).toBe("Too many tries. Wait 1 second.");
  expect(throttledMessage(60)).toBe("Too many tries. Wait 60 seconds.");
});
