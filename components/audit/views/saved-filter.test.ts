import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { EMPTY_FILTER, searchParamsToFilter } from "../filter-url";
import { PRESETS, presetSince } from "../range-text";
import { addressOf, differsFromView, filterOfView, keepingView, recentDaysOf } from "./saved-filter";

const zone = "Europe/Oslo";
const noon = Date.parse("2026-11-20T11:00:00Z");
const dayMs = 86_400_000;
const failures = { ...EMPTY_FILTER, outcome: ["failure"] };

describe("a view whose range moves with today", () => {
  it("begins anew each day, in the zone of whoever opens it", () => {
    const view = { filter: failures, recentDays: 7 };
    expect(filterOfView(view, noon, zone)).toMatchObject({
      outcome: ["failure"],
      since: "2026-11-13T23:00:00.000Z",
    });
    expect(filterOfView(view, noon + dayMs, "Asia/Tokyo").since).toBe("2026-11-14T15:00:00.000Z");
  });

  it("is the same filter as long as its day lasts, and another the day after", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: noon - 400 * dayMs, max: noon + 400 * dayMs }),
        fc.constantFrom(...PRESETS.map(({ days }) => days)),
        fc.constantFrom("UTC", zone, "America/St_Johns", "Pacific/Chatham"),
        (nowMs, recentDays, timeZone) => {
          const view = { filter: failures, recentDays };
          const applied = filterOfView(view, nowMs, timeZone);
          expect(recentDaysOf(applied, nowMs, timeZone)).toBe(recentDays);
          expect(differsFromView(view, applied, nowMs, timeZone)).toBe(false);
          expect(differsFromView(view, applied, nowMs + 2 * dayMs, timeZone)).toBe(true);
        },
      ),
      { numRuns: propertyRuns(50) },
    );
  });

  it("takes the last 24 hours of a little while ago for the last 24 hours", () => {
    const view = { filter: EMPTY_FILTER, recentDays: 1 };
    const applied = { ...EMPTY_FILTER, since: presetSince(1, noon, zone) };
    expect(differsFromView(view, applied, noon + 30 * 60_000, zone)).toBe(false);
    expect(differsFromView(view, applied, noon + 61 * 60_000, zone)).toBe(true);
    expect(differsFromView(view, { ...applied, until: "2026-11-20T10:00:00.000Z" }, noon, zone)).toBe(true);
  });

  it("differs by any other part, and by another range", () => {
    const view = { filter: failures, recentDays: 30 };
    const applied = filterOfView(view, noon, zone);
    expect(differsFromView(view, { ...applied, model: ["User"] }, noon, zone)).toBe(true);
    expect(differsFromView(view, { ...applied, since: undefined }, noon, zone)).toBe(true);
    expect(differsFromView(view, { ...applied, since: presetSince(7, noon, zone) }, noon, zone)).toBe(true);
  });
});

it("a view of dates is compared as it stands, whatever the order of its values", () => {
  const filter = { ...EMPTY_FILTER, model: ["User", "Secret"], since: "2026-11-01T00:00:00.000Z" };
  const view = { filter, recentDays: null };
  expect(filterOfView(view, noon, zone)).toBe(filter);
  expect(differsFromView(view, { ...filter, model: ["Secret", "User"] }, noon, zone)).toBe(false);
  expect(differsFromView(view, { ...filter, since: undefined }, noon, zone)).toBe(true);
  expect(recentDaysOf(filter, noon, zone)).toBeNull();
});

it("an address holds the filter and the view, and the filter alone comes back from it", () => {
  const id = "0199d0a4-0000-7000-8000-000000000001";
  const href = addressOf("/settings/audit-logs", { ...failures, q: "a&b=c" }, id);
  const params = new URLSearchParams(href.split("?")[1]);
  expect(params.get("view")).toBe(id);
  expect(searchParamsToFilter(params)).toEqual({ ...failures, q: "a&b=c" });
  expect(addressOf("/x", EMPTY_FILTER, null)).toBe("/x");
  expect(addressOf("/x", EMPTY_FILTER, id)).toBe(`/x?view=${id}`);
  expect(keepingView("?older=1-2", id)).toBe(`?older=1-2&view=${id}`);
  expect(keepingView(undefined, id)).toBeUndefined();
  expect(keepingView("?older=1-2", null)).toBe("?older=1-2");
});
