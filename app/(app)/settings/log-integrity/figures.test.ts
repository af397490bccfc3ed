import { describe, expect, it } from "vitest";
import { amount, bytesText, daysLeftText, durationText } from "./figures";

describe("figures of the log", () => {
  it.each([
    [0, "0 bytes"],
    [1_023, "1,023 bytes"],
    [1_536, "1.5 KiB"],
    [1_048_576, "1.0 MiB"],
    [123 * 2 ** 30, "123 GiB"],
    [5_000 * 2 ** 40, "5,000 TiB"],
  ])("%d bytes read %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it.each([
    [0, "0.0 s"],
    [9_949, "9.9 s"],
    [12_900, "12 s"],
    [180_000, "3 min"],
    [7_200_000, "2 h"],
  ])("%d ms read %s", (ms, text) => expect(durationText(ms)).toBe(text));

  it("one is one and many are many", () => {
    expect([amount(0, "event"), amount(1, "event"), amount(1_234, "event")]).toEqual([
      "0 events",
      "1 event",
      "1,234 events",
    ]);
  });

  it.each([
    [null, "No growth to measure"],
    [1.9, "About 1 day"],
    [400, "About 400 days"],
    [3_651, "More than ten years"],
    [Number.POSITIVE_INFINITY, "More than ten years"],
  ])("%s days left read %s", (days, text) => expect(daysLeftText(days)).toBe(text));
});
