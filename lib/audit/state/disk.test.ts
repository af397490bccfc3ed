import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { daysLeft, type Growth, permanentBytes } from "./disk";

const growing: Growth = { eventsPerDay: 1_000, bytesPerEvent: 940, retentionDays: null, keptDays: 10 };

describe("days left", () => {
  it("is the free space over what a day adds, while everything is kept", () => {
    expect(daysLeft(50_000_000, growing)).toBe(50);
  });

  it("ends with what stays for ever, once as much goes as comes", () => {
    const full = { ...growing, retentionDays: 90, keptDays: 90 };
    expect(daysLeft(60_000_000, full)).toBe(60_000_000 / (1_000 * permanentBytes));
  });

  it("is both one after the other for a log younger than its retention", () => {
    const young = { ...growing, retentionDays: 30, keptDays: 10 };
    expect(daysLeft(20_000_000, young)).toBe(20);
    expect(daysLeft(20_600_000, young)).toBe(20 + 10);
  });

  it("is not known of a log that does not grow", () => {
    expect(daysLeft(1, { ...growing, eventsPerDay: 0 })).toBeNull();
  });

  it("never falls when there is more space", () => {
    const growth = fc.record({
      eventsPerDay: fc.integer({ min: 1, max: 1_000_000 }),
      bytesPerEvent: fc.integer({ min: 100, max: 10_000 }),
      retentionDays: fc.option(fc.integer({ min: 1, max: 3_650 })),
      keptDays: fc.integer({ min: 0, max: 4_000 }),
    });
    const bytes = fc.integer({ min: 0, max: 2 ** 45 });
    fc.assert(
      fc.property(growth, bytes, bytes, (g, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((free) => daysLeft(free, g) ?? Number.NaN);
        expect(less).toBeLessThanOrEqual((more ?? Number.NaN) * (1 + 1e-12));
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});
