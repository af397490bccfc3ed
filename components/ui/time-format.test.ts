import { describe, expect, it } from "vitest";
import { absoluteTime, knownTimeZone, relativeTime, timeSpan } from "./time-format";

const at = Date.parse("2026-11-20T13:41:52.318Z");

describe("times", () => {
  it("are relative in one unit, and never negative when clocks differ", () => {
    const ages: [number, string][] = [
      [-5_000, "just now"],
      [999, "just now"],
      [38_000, "38 s ago"],
      [59_999, "59 s ago"],
      [120_000, "2 min ago"],
      [3_600_000, "1 h ago"],
      [86_400_000 * 3, "3 d ago"],
    ];
    for (const [age, text] of ages) expect(relativeTime(at, at + age)).toBe(text);
  });

  it("carry their zone when absolute", () => {
    expect(absoluteTime("2026-11-20T13:41:52.318Z", "UTC", "milliseconds")).toBe(
      "20 Nov 2026, 13:41:52.318 UTC",
    );
    expect(absoluteTime("2026-11-20T13:41:52.318Z", "Asia/Tokyo")).toBe("20 Nov 2026, 22:41:52 GMT+9");
    expect(absoluteTime("2026-09-30T23:30:00.000Z", "Europe/Oslo", "date")).toBe("1 Oct 2026");
    expect(absoluteTime("2026-11-20T00:00:05.000Z", "UTC", "minutes")).toBe("20 Nov 2026, 00:00 UTC");
  });

  it("of a page name each day that they touch", () => {
    expect(timeSpan("2026-11-20T10:06:00Z", "2026-11-20T13:41:00Z", "UTC")).toBe(
      "20 Nov 2026, 10:06 – 13:41 UTC",
    );
    expect(timeSpan("2025-12-31T10:06:00Z", "2026-01-02T13:41:00Z", "UTC")).toBe(
      "31 Dec 2025, 10:06 – 2 Jan 2026, 13:41 UTC",
    );
  });

  it("fall back to UTC for a zone that does not exist", () => {
    for (const name of ["Mars/Olympus", "", null, undefined, "<script>"])
      expect(knownTimeZone(name)).toBe("UTC");
    expect(knownTimeZone("Europe/Oslo")).toBe("Europe/Oslo");
  });
});
