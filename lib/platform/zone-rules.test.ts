import { describe, expect, it } from "vitest";
import {
  dayIn,
  fromLocalInput,
  isTimeZone,
  sameTimeBefore,
  startOfDay,
  startOfNamedDay,
  toLocalInput,
  weekdayIn,
} from "./zone-rules";

const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

describe("times typed in a person's zone", () => {
  it("come back as they were typed", () => {
    for (const zone of ["UTC", "Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"]) {
      for (const text of ["2026-11-20T14:41", "2026-02-28T00:00", "2025-12-31T23:59"]) {
        expect(toLocalInput(iso(fromLocalInput(text, zone)), zone)).toBe(text);
      }
    }
    expect(iso(fromLocalInput("2026-11-20T14:41", "Europe/Oslo"))).toBe("2026-11-20T13:41:00.000Z");
  });

  it("stand on the right side of a change of clocks", () => {
    // In Oslo 02:30 does not exist on 29 March 2026, and comes twice on 25 October 2026.
    expect(iso(fromLocalInput("2026-03-29T02:30", "Europe/Oslo"))).toBe("2026-03-29T01:30:00.000Z");
    expect(iso(fromLocalInput("2026-10-25T02:30", "Europe/Oslo"))).toBe("2026-10-25T00:30:00.000Z");
    expect(iso(startOfDay(Date.parse("2026-10-26T10:00:00Z"), 1, "Europe/Oslo"))).toBe(
      "2026-10-24T22:00:00.000Z",
    );
  });

  it("begin a day at its midnight, across months", () => {
    const now = Date.parse("2026-11-20T13:41:52Z");
    expect(iso(startOfDay(now, 0, "UTC"))).toBe("2026-11-20T00:00:00.000Z");
    expect(iso(startOfDay(now, 29, "Europe/Oslo"))).toBe("2026-10-21T22:00:00.000Z");
  });

  it("that are no time give nothing", () => {
    for (const text of ["", "yesterday", "2026-11-20"]) expect(fromLocalInput(text, "UTC")).toBeUndefined();
    for (const text of [undefined, "", "x"]) expect(toLocalInput(text, "UTC")).toBe("");
  });
});

describe("the calendar of a zone", () => {
  const oslo = "Europe/Oslo";

  it("goes back by days and months at the same time of the clock, also across a change of clocks", () => {
    const now = Date.parse("2026-11-02T13:41:52.007Z");
    expect(iso(sameTimeBefore(now, { days: 10 }, oslo))).toBe("2026-10-23T12:41:52.007Z");
    expect(iso(sameTimeBefore(now, { months: 12 }, oslo))).toBe("2025-11-02T13:41:52.007Z");
    expect(iso(sameTimeBefore(now, { days: -1 }, oslo))).toBe("2026-11-03T13:41:52.007Z");
    const endOfMay = Date.parse("2026-05-31T10:00:00Z");
    expect(iso(sameTimeBefore(endOfMay, { months: 3 }, "UTC"))).toBe("2026-02-28T10:00:00.000Z");
    expect(iso(sameTimeBefore(endOfMay, { months: 27 }, "UTC"))).toBe("2024-02-29T10:00:00.000Z");
  });

  it("names days and weekdays as the zone has them", () => {
    const late = Date.parse("2026-11-22T23:30:00Z");
    expect([dayIn(late, "UTC"), weekdayIn(late, "UTC")]).toEqual(["2026-11-22", 7]);
    expect([dayIn(late, oslo), weekdayIn(late, oslo)]).toEqual(["2026-11-23", 1]);
    expect(iso(startOfNamedDay("2026-11-23", oslo))).toBe("2026-11-22T23:00:00.000Z");
    for (const day of ["2026-02-30", "2026-13-01", "2026-1-1", "", "today"])
      expect([day, startOfNamedDay(day, oslo)]).toEqual([day, undefined]);
  });

  it("knows its zones", () => {
    for (const name of ["UTC", "Europe/Oslo", "Asia/Kathmandu"]) expect(isTimeZone(name)).toBe(true);
    for (const name of ["", "Europe/Nowhere", "\0", "x".repeat(10_000)]) expect(isTimeZone(name)).toBe(false);
  });
});
