import { expect, it } from "vitest";
import { isSettled, NONE, newerOf, newerText, pauseMs } from "./newer-poll";

it("asks every few seconds, ever more seldom while it fails, never less than every two minutes", () => {
  expect([0, 1, 2, 3].map(pauseMs)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect([5, 50, 5_000].map(pauseMs)).toEqual([120_000, 120_000, 120_000]);
});

it("reads an answer, stops where there is no session or no permission, and takes nothing else for a number", () => {
  expect(newerOf(200, { count: 3, exact: true })).toEqual({ state: "watching", count: 3, exact: true });
  expect(newerOf(401, null)).toEqual({ state: "signed-out" });
  expect(newerOf(403, null)).toEqual({ state: "denied" });
  expect(newerOf(404, null)).toEqual({ state: "denied" });
  for (const [status, body] of [
    [500, { count: 3, exact: true }],
    [429, null],
    [200, null],
    [200, "<html>"],
    [200, { count: "3", exact: true }],
    [200, { count: 3 }],
  ] as const)
    expect([status, body, newerOf(status, body)]).toEqual([status, body, null]);
});

it("has nothing more to ask once it is at least so many, or may not ask", () => {
  expect(isSettled(NONE)).toBe(false);
  expect(isSettled({ state: "watching", count: 99, exact: true })).toBe(false);
  expect(isSettled({ state: "watching", count: 100, exact: false })).toBe(true);
  expect(isSettled({ state: "signed-out" })).toBe(true);
});

it("says how many", () => {
  expect(newerText({ count: 1, exact: true })).toBe("1 new event");
  expect(newerText({ count: 3, exact: true })).toBe("3 new events");
  expect(newerText({ count: 100, exact: false })).toBe("At least 100 new events");
});
