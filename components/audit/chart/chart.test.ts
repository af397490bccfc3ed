import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import type { TypeCounts } from "../types";
import { dayAt, dragged, stepped } from "./brush";
import { coverageOf, DAY_MS, type DaySpan, rangeOfSpan } from "./days";
import { highestOf, segmentsOf, sumOf, topOf } from "./scale";
import { ticksOf } from "./ticks";
import { dayText, spanText, summaryText } from "./words";

const first = Date.parse("2026-08-23T00:00:00Z");
const daysOf = (count: number) =>
  Array.from({ length: count }, (_, i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10));
const days = daysOf(90);
const runs = { numRuns: propertyRuns(200) };

const dayCounts = fc.integer({ min: 2, max: 400 });
const counts: fc.Arbitrary<TypeCounts> = fc.record({
  access: fc.nat(100_000),
  created: fc.nat(1_000),
  updated: fc.nat(50),
  deleted: fc.nat(2),
});
/** A number of days, a span among them, and two places on the plot. */
const scenes = dayCounts.chain((dayCount) =>
  fc.record({
    dayCount: fc.constant(dayCount),
    span: fc
      .tuple(fc.nat(dayCount - 1), fc.nat(dayCount - 1))
      .map(([a, b]): DaySpan => ({ from: Math.min(a, b), to: Math.max(a, b) })),
    from: fc.double({ min: 0, max: dayCount, noNaN: true }),
    at: fc.double({ min: 0, max: dayCount, noNaN: true }),
  }),
);

it("makes whole days of UTC of a span, and the same span of those", () => {
  expect(rangeOfSpan(days, { from: 60, to: 89 })).toEqual({
    since: "2026-10-22T00:00:00.000Z",
    until: "2026-11-20T23:59:59.999Z",
  });
  fc.assert(
    fc.property(scenes, ({ dayCount, span }) => {
      const shown = daysOf(dayCount);
      const range = rangeOfSpan(shown, span);
      expect(coverageOf(shown, range)).toEqual({ span, start: span.from, end: span.to + 1 });
      const length = Date.parse(range.until ?? "") - Date.parse(range.since ?? "") + 1;
      expect(Number.isNaN(length) ? dayCount * DAY_MS : length).toBe((span.to - span.from + 1) * DAY_MS);
    }),
    runs,
  );
});

it("takes all days together for no range, but a lone day for itself", () => {
  expect(rangeOfSpan(days, { from: 0, to: 89 })).toEqual({ since: undefined, until: undefined });
  expect(rangeOfSpan(days, { from: 0, to: 89 }, true).since).toBe("2026-08-23T00:00:00.000Z");
  expect(rangeOfSpan(["2026-08-23"], { from: 0, to: 0 }).since).toBe("2026-08-23T00:00:00.000Z");
  expect(rangeOfSpan([], { from: 0, to: 0 })).toEqual({ since: undefined, until: undefined });
});

it("covers the days of which a range of another zone holds the larger part", () => {
  const inOslo = { since: "2026-10-21T22:00:00.000Z" };
  expect(coverageOf(days, inOslo)?.span).toEqual({ from: 60, to: 89 });
  expect(coverageOf(days, inOslo)?.start).toBeCloseTo(59 + 22 / 24);
  const oneHour = { since: "2026-10-22T08:00:00Z", until: "2026-10-22T08:59:59.999Z" };
  expect(coverageOf(days, oneHour)?.span).toEqual({ from: 60, to: 60 });
  const overMidnight = { since: "2026-10-22T23:30:00Z", until: "2026-10-23T00:29:59.999Z" };
  expect(coverageOf(days, overMidnight)?.span).toEqual({ from: 60, to: 61 });
});

it("covers nothing where a range lies before or after the days, or is upside down", () => {
  expect(coverageOf(days, { until: "2026-08-22T23:59:59.999Z" })).toBeNull();
  expect(coverageOf(days, { since: "2026-11-21T00:00:00Z" })).toBeNull();
  expect(coverageOf(days, { since: "2026-10-02T00:00:00Z", until: "2026-10-01T00:00:00Z" })).toBeNull();
  expect(coverageOf([], {})).toBeNull();
  expect(coverageOf(days, {})?.span).toEqual({ from: 0, to: 89 });
});

it("never drags a span out of the days, and moves it without changing its length", () => {
  fc.assert(
    fc.property(
      scenes,
      fc.constantFrom("create" as const, "move" as const, "start" as const, "end" as const),
      (scene, kind) => {
        const to = dragged({ kind, ...scene });
        expect(to.from).toBeGreaterThanOrEqual(0);
        expect(to.to).toBeLessThan(scene.dayCount);
        expect(to.from).toBeLessThanOrEqual(to.to);
        if (kind === "move") expect(to.to - to.from).toBe(scene.span.to - scene.span.from);
        if (kind === "create") {
          // It holds the days of both places.
          const low = Math.min(scene.from, scene.at, scene.dayCount - 1);
          expect(to.from).toBe(Math.floor(low));
          expect(to.to).toBeGreaterThanOrEqual(Math.floor(low));
        }
        // The end that is not dragged stays, as one end or the other.
        if (kind === "start") expect([to.to, to.from]).toEqual(expect.arrayContaining([fixedDay(scene, to)]));
      },
    ),
    runs,
  );
  function fixedDay({ span }: { span: DaySpan }, to: DaySpan): number {
    return to.from > span.to ? span.to + 1 : span.to;
  }
});

it("makes of an end that is pulled past the other the other", () => {
  const scene = { span: { from: 10, to: 19 }, from: 0, dayCount: 90 };
  expect(dragged({ ...scene, kind: "start", at: 5.2 })).toEqual({ from: 5, to: 19 });
  expect(dragged({ ...scene, kind: "start", at: 30 })).toEqual({ from: 20, to: 29 });
  expect(dragged({ ...scene, kind: "start", at: 20 })).toEqual({ from: 19, to: 19 });
  expect(dragged({ ...scene, kind: "end", at: 30 })).toEqual({ from: 10, to: 29 });
  expect(dragged({ ...scene, kind: "end", at: 4 })).toEqual({ from: 4, to: 9 });
  expect(dragged({ ...scene, kind: "end", at: 10 })).toEqual({ from: 10, to: 10 });
  expect(dragged({ ...scene, kind: "create", from: 89.9, at: 90 })).toEqual({ from: 89, to: 89 });
});

it("steps by a day, a week or to the end by key, and neither end passes the other", () => {
  const span = { from: 10, to: 19 };
  const keyed = (handle: "start" | "end", key: string) => stepped(span, handle, key, 90);
  expect(keyed("start", "ArrowLeft")).toEqual({ from: 9, to: 19 });
  expect(keyed("start", "ArrowUp")).toEqual({ from: 11, to: 19 });
  expect(keyed("start", "PageUp")).toEqual({ from: 17, to: 19 });
  expect(keyed("start", "End")).toEqual({ from: 19, to: 19 });
  expect(keyed("end", "Home")).toEqual({ from: 10, to: 10 });
  expect(keyed("end", "PageDown")).toEqual({ from: 10, to: 12 });
  expect(keyed("end", "End")).toEqual({ from: 10, to: 89 });
  expect(keyed("end", "Enter")).toBeNull();
  fc.assert(
    fc.property(
      scenes,
      fc.constantFrom("start" as const, "end" as const),
      fc.constantFrom("ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End"),
      ({ span: before, dayCount }, handle, key) => {
        const after = stepped(before, handle, key, dayCount);
        expect(after).not.toBeNull();
        if (!after) return;
        expect(after.from).toBeGreaterThanOrEqual(0);
        expect(after.from).toBeLessThanOrEqual(after.to);
        expect(after.to).toBeLessThan(dayCount);
        expect(handle === "start" ? after.to : after.from).toBe(handle === "start" ? before.to : before.from);
      },
    ),
    runs,
  );
});

it("finds the day under a pointer, and the nearest where it is beside the plot", () => {
  const box = { left: 100, width: 900 };
  expect(Math.floor(dayAt(105, box, 90))).toBe(0);
  expect(Math.floor(dayAt(111, box, 90))).toBe(1);
  expect(dayAt(0, box, 90)).toBe(0);
  expect(dayAt(5_000, box, 90)).toBe(90);
  expect(dayAt(5, { left: 0, width: 0 }, 90)).toBe(0);
});

it("puts a round number at the top, at least the highest bar and less than twice it", () => {
  expect([480, 56, 0, 5, 6, 14, 1_001].map(topOf)).toEqual([500, 60, 5, 5, 6, 15, 1_500]);
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 10_000_000 }), (highest) => {
      expect(topOf(highest)).toBeGreaterThanOrEqual(highest);
      expect(topOf(highest)).toBeLessThan(highest * 2);
      expect(Number.isInteger(topOf(highest))).toBe(true);
    }),
    runs,
  );
});

it("stacks a bar from the baseline without gaps, in proportion", () => {
  expect(segmentsOf({ access: 250, created: 100, updated: 0, deleted: 50 }, 500)).toEqual([
    { type: "access", y: 50, height: 50 },
    { type: "created", y: 30, height: 20 },
    { type: "deleted", y: 20, height: 10 },
  ]);
  fc.assert(
    fc.property(counts, (each) => {
      const segments = segmentsOf(each, topOf(sumOf(each)));
      let floor = 100;
      for (const { y, height } of segments) {
        expect(y + height).toBeCloseTo(floor);
        floor = y;
      }
      expect(floor).toBeGreaterThan(-0.001);
      // What is there can be seen.
      if (sumOf(each) > 0) expect(100 - floor).toBeGreaterThanOrEqual(2.4);
      expect(segments).toHaveLength(Object.values(each).filter((n) => n > 0).length);
    }),
    runs,
  );
});

it("dates the ends, the brush and what lies between, and no two dates meet", () => {
  const shown = ticksOf({ dayCount: 90, brush: { from: 60, to: 89 }, room: 0.1, between: true });
  expect(shown.map(({ day, on }) => (on ? `${day}!` : `${day}`))).toEqual([
    "0",
    "15",
    "30",
    "45",
    "60!",
    "75",
    "89!",
  ]);
  fc.assert(
    fc.property(scenes, fc.boolean(), fc.boolean(), ({ dayCount, span }, between, isDrawn) => {
      const ticks = ticksOf({ dayCount, brush: isDrawn ? span : null, room: 0.17, between });
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.some(({ on }) => on)).toBe(isDrawn);
      const label = 0.17 * dayCount;
      const edges = ticks.map(({ at, anchor, to }) => {
        const width = to === undefined ? label : 2 * label;
        const left = anchor === "start" ? at : anchor === "end" ? at - width : at - width / 2;
        return { left, right: left + width };
      });
      for (const [i, { left }] of edges.entries())
        if (i > 0) expect(left).toBeGreaterThanOrEqual((edges[i - 1]?.right ?? 0) - 1e-9);
    }),
    runs,
  );
});

it("says days, spans and the whole chart in words, with “at least” where counting was stopped", () => {
  const each = { access: 1_300, created: 12, updated: 0, deleted: 0 };
  expect(dayText("2026-11-03", each, true)).toBe("3 Nov 2026, UTC: 1,312 events (1,300 access, 12 created)");
  expect(dayText("2026-11-03", each, false)).toContain("at least 1,312 events");
  expect(dayText("2026-11-03", { access: 1, created: 0, updated: 0, deleted: 0 }, true)).toBe(
    "3 Nov 2026, UTC: 1 event (1 access)",
  );
  expect(spanText(days, { from: 60, to: 72 })).toBe("22 Oct – 3 Nov 2026");
  expect(spanText(["2025-12-31", "2026-01-01"], { from: 0, to: 1 })).toBe("31 Dec 2025 – 1 Jan 2026");
  const none = { access: 0, created: 0, updated: 0, deleted: 0 };
  const shown = [
    { day: "2026-11-02", counts: none },
    { day: "2026-11-03", counts: each },
  ];
  expect(highestOf(shown)).toBe(1_312);
  expect(summaryText({ days: shown, inRange: each, exact: false })).toBe(
    "Activity per day, 2 Nov – 3 Nov 2026, days in UTC: at least 1,312 events. The busiest day is 3 Nov 2026 with at least 1,312.",
  );
  expect(summaryText({ days: shown, earlier: 7, inRange: each, exact: true })).toContain(
    "1,312 events. Before that: 7 events, which have no bar. The busiest",
  );
  expect(summaryText({ days: shown.slice(0, 1), inRange: none, exact: true })).toBe(
    "Activity per day, 2 Nov 2026, days in UTC: 0 events.",
  );
});
