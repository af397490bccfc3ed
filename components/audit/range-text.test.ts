import { expect, it } from "vitest";
import { presetOf, presetSince, rangeText } from "./range-text";

const now = Date.parse("2026-11-20T13:41:52.318Z");
const zone = "Europe/Oslo";

it("names a preset again when its address is opened, for as long as its day lasts", () => {
  for (const [days, label] of [
    [7, "Last 7 days"],
    [30, "Last 30 days"],
    [90, "Last 90 days"],
  ] as const) {
    const since = presetSince(days, now, zone);
    expect(presetOf({ since }, now + 3_600_000, zone)).toBe(label);
    expect(presetOf({ since }, now + 86_400_000, zone)).toBeUndefined();
    expect(presetOf({ since, until: "2026-11-20T00:00:00Z" }, now, zone)).toBeUndefined();
  }
});

it("says a range with its zone, and days without needless clock times", () => {
  expect(rangeText({ since: presetSince(30, now, zone) }, zone)).toBe("22 Oct 2026 – now");
  expect(rangeText({ since: "2026-11-01T00:00:00Z", until: "2026-11-20T23:59:59.999Z" }, "UTC")).toBe(
    "1 Nov 2026 – 20 Nov 2026",
  );
  expect(rangeText({ until: "2026-11-20T13:41:59.999Z" }, "UTC")).toBe("until 20 Nov 2026, 13:41 UTC");
  expect(rangeText({ since: presetSince(1, now, zone) }, "UTC")).toBe("19 Nov 2026, 13:41 UTC – now");
  expect(rangeText({}, zone)).toBe("");
  const utcDays = { since: "2026-10-22T00:00:00.000Z", until: "2026-11-20T23:59:59.999Z" };
  expect(rangeText(utcDays, zone)).toBe("22 Oct 2026 – 20 Nov 2026, UTC");
  expect(rangeText({ ...utcDays, until: "2026-10-22T23:59:59.999Z" }, zone)).toBe("22 Oct 2026, UTC");
});
