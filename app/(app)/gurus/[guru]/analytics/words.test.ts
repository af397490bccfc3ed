import { describe, expect, it } from "vitest";
import {
  answerRatio,
  changeText,
  columnText,
  durationText,
  percentText,
  pointsText,
  tickText,
} from "./words";

describe("a card says", () => {
  it("how a number changed, and whether that is good", () => {
    expect(changeText(112, 100)).toEqual({ text: "12% more", tone: "none" });
    expect(changeText(112, 100, { good: "down" })).toEqual({ text: "12% more", tone: "bad" });
    expect(changeText(50, 100, { good: "down", words: ["slower", "faster"] })).toEqual({
      text: "50% faster",
      tone: "good",
    });
    expect(changeText(30_000, 1, { good: "up" }).text).toBe("2,999,900% more");
    expect(changeText(1_000, 1_001)).toEqual({ text: "No change", tone: "none" });
  });

  it("so where there is nothing to compare with", () => {
    expect(changeText(5, 0).text).toBe("Nothing to compare with");
    expect(changeText(0, 0).text).toBe("No change");
    expect(changeText(null, 40).text).toBe("Nothing to compare with");
    expect(changeText(0, 4, { good: "down" })).toEqual({ text: "100% less", tone: "good" });
    expect(pointsText(null, null).text).toBe("No change");
    expect(pointsText(90, null).text).toBe("Nothing to compare with");
  });

  it("the answer ratio, and its change in points", () => {
    expect(answerRatio({ questions: 0, unanswered: 0 })).toBeNull();
    expect(percentText(answerRatio({ questions: 8, unanswered: 1 }))).toBe("87.5%");
    expect([percentText(100), percentText(0), percentText(99.97), percentText(null)]).toEqual([
      "100%",
      "0%",
      "100%",
      "-",
    ]);
    expect(pointsText(87.5, 90)).toEqual({ text: "2.5 points down", tone: "bad" });
  });

  it("times in the unit that suits them", () => {
    expect([0.4, 812, 999.6, 1_400, 59_960, 150_000].map(durationText)).toEqual([
      "0 ms",
      "812 ms",
      "1.0 s",
      "1.4 s",
      "1.0 min",
      "2.5 min",
    ]);
    expect(durationText(null)).toBe("-");
  });
});

it("a chart names its columns in the person's zone", () => {
  const at = Date.parse("2026-11-15T23:00:00Z");
  const names = (["hour", "day", "week", "month"] as const).map((grain) => [
    columnText(at, grain, "Europe/Oslo"),
    tickText(at, grain, "Europe/Oslo"),
  ]);
  expect(names).toEqual([
    [expect.stringMatching(/^16 Nov 2026, 00:00 /), "00:00"],
    ["16 Nov 2026", "16 Nov"],
    ["Week of 16 Nov 2026", "16 Nov"],
    ["Nov 2026", "Nov 2026"],
  ]);
});
