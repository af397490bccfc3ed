import { describe, expect, it } from "vitest";
import { ModelTrouble, secondsOf, type TroubleKind, troubleInWords, troubleOf } from "./trouble";

const now = Date.parse("2026-11-22T12:00:00Z");

describe("Retry-After", () => {
  it.each([
    ["30", 30],
    [" 0 ", 0],
    ["Sun, 22 Nov 2026 12:00:45 GMT", 45],
    ["Sun, 22 Nov 2026 11:00:00 GMT", 0],
    ["999999999", 86_400],
    ["99999999999999999999", null],
    ["-5", null],
    ["1.5", null],
    ["soon", null],
    ["", null],
    [null, null],
    [undefined, null],
  ])("%j is %j seconds", (value, seconds) => {
    expect(secondsOf(value, now)).toBe(seconds);
  });

  it.each([
    [1, "1 second."],
    [45, "45 seconds."],
    [90, "2 minutes."],
    [600, "10 minutes."],
    [7_200, "2 hours."],
  ])("of %i seconds is said as %s", (seconds, words) => {
    expect(troubleInWords(new ModelTrouble("busy", 429, seconds))).toContain(`Ask again in ${words}`);
  });
});

it("every trouble has words that say what to do", () => {
  const kinds: Record<TroubleKind, true> = {
    refused_key: true,
    busy: true,
    unknown_model: true,
    refused_question: true,
    own_error: true,
    redirect: true,
    unreachable: true,
    slow: true,
    cut: true,
    no_answer: true,
    too_much: true,
    spent: true,
    withheld: true,
  };
  for (const kind of Object.keys(kinds) as TroubleKind[])
    expect(troubleInWords(new ModelTrouble(kind, 418))).toMatch(
      /^The .*(Ask|has to look at|Put the question) .*\.$/,
    );
});

it("an error that nobody knows is a connection: broken where some text has come, else never made", () => {
  expect(troubleOf(new TypeError("terminated"), true).kind).toBe("cut");
  expect(troubleOf(new TypeError("fetch failed"), false).kind).toBe("unreachable");
  expect(troubleOf("a text", false).kind).toBe("unreachable");
  const wrapped = new Error("outer", { cause: new Error("inner", { cause: new ModelTrouble("too_much") }) });
  expect(troubleOf(wrapped, true).kind).toBe("too_much");
  expect(troubleOf(new ModelTrouble("busy", 429, 5), false)).toMatchObject({ kind: "busy", retryAfterS: 5 });
});
