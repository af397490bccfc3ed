import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayIn, startOfDay } from "@/lib/platform/zone-rules";
import { propertyRuns } from "@/tests/support/property-runs";
import { type AnalyticsPeriod, periodOf, type Span } from "./period-rules";
import { type Interval, intervals } from "./schemas";

const now = Date.parse("2026-11-22T13:41:52.007Z");
const iso = ({ since, until }: Span) => [since, until].map((at) => new Date(at).toISOString());
const both = (period: AnalyticsPeriod) => [...iso(period), ...iso(period.previous)];

describe("a range of the analytics", () => {
  it("of today ends now and is compared with yesterday up to the same time", () => {
    expect(both(periodOf({ interval: "today" }, now, "Europe/Oslo"))).toEqual([
      "2026-11-21T23:00:00.000Z",
      "2026-11-22T13:41:52.007Z",
      "2026-11-20T23:00:00.000Z",
      "2026-11-21T13:41:52.007Z",
    ]);
  });

  it("of yesterday is the whole day, compared with the day before", () => {
    expect(both(periodOf({ interval: "yesterday" }, now, "UTC"))).toEqual([
      "2026-11-21T00:00:00.000Z",
      "2026-11-22T00:00:00.000Z",
      "2026-11-20T00:00:00.000Z",
      "2026-11-21T00:00:00.000Z",
    ]);
  });

  it("of days and months has whole days, today being the last, and the one before shares none of them", () => {
    expect(both(periodOf({ interval: "7d" }, now, "UTC"))).toEqual([
      "2026-11-16T00:00:00.000Z",
      "2026-11-22T13:41:52.007Z",
      "2026-11-09T00:00:00.000Z",
      "2026-11-15T13:41:52.007Z",
    ]);
    expect(both(periodOf({ interval: "3m" }, now, "UTC"))).toEqual([
      "2026-08-23T00:00:00.000Z",
      "2026-11-22T13:41:52.007Z",
      "2026-05-23T00:00:00.000Z",
      "2026-08-22T13:41:52.007Z",
    ]);
  });

  it("of one's own choice has both of its days, in the person's zone, also where the clocks change", () => {
    const chosen = { interval: "custom", from: "2026-10-25", to: "2026-10-26" } as const;
    expect(both(periodOf(chosen, now, "Europe/Oslo"))).toEqual([
      "2026-10-24T22:00:00.000Z",
      "2026-10-26T23:00:00.000Z",
      "2026-10-22T22:00:00.000Z",
      "2026-10-24T22:00:00.000Z",
    ]);
    const open = { interval: "custom", from: "2026-11-20", to: "2026-12-31" } as const;
    expect(iso(periodOf(open, now, "UTC"))).toEqual(["2026-11-20T00:00:00.000Z", "2026-11-22T13:41:52.007Z"]);
  });

  it("that begins in the future is refused in words", () => {
    const future = { interval: "custom", from: "2027-01-01", to: "2027-01-02" } as const;
    expect(() => periodOf(future, now, "UTC")).toThrow("begins in the future");
  });

  it("has an hour, a day, a week or a month a column, so that a chart has at most a hundred", () => {
    const columns = (interval: Interval) => {
      const { grain, starts } = periodOf({ interval }, now, "Europe/Oslo");
      return [grain, starts.length];
    };
    expect(columns("yesterday")).toEqual(["hour", 24]);
    expect(columns("30d")).toEqual(["day", 30]);
    expect(columns("3m")).toEqual(["day", 92]);
    expect(columns("6m")[0]).toBe("week");
    expect(columns("12m")).toEqual(["week", 53]);
    const years = periodOf({ interval: "custom", from: "2022-01-15", to: "2026-11-22" }, now, "UTC");
    expect([years.grain, years.starts.length]).toEqual(["month", 59]);
    // A day of 25 hours.
    const long = periodOf({ interval: "custom", from: "2026-10-25", to: "2026-10-25" }, now, "Europe/Oslo");
    expect([long.grain, long.starts.length]).toEqual(["hour", 25]);
  });

  it("is cut into columns without gap or overlap that begin at midnights, whatever the zone and the moment", () => {
    const zones = [
      "UTC",
      "Europe/Oslo",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Pacific/Apia",
    ];
    const named = (Object.keys(intervals) as Interval[]).filter((interval) => interval !== "custom");
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...named),
        fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2028-01-01") }),
        (zone, interval, at) => {
          const { since, until, previous, starts, grain } = periodOf({ interval }, at, zone);
          expect(since).toBeLessThanOrEqual(until);
          expect(until).toBeLessThanOrEqual(at);
          expect(previous.since).toBeLessThanOrEqual(previous.until);
          expect(previous.until).toBeLessThanOrEqual(since);
          expect(starts[0]).toBe(since);
          expect(starts.every((start, i) => i === 0 || start > (starts[i - 1] ?? 0))).toBe(true);
          expect(starts.length).toBeLessThanOrEqual(100);
          if (since < until) expect(starts.at(-1)).toBeLessThan(until);
          if (grain !== "hour")
            expect(starts.filter((start) => startOfDay(start, 0, zone) !== start)).toEqual([]);
          if (grain === "day")
            expect(new Set(starts.map((start) => dayIn(start, zone))).size).toBe(starts.length);
        },
      ),
      { numRuns: propertyRuns(300) },
    );
  });
});
