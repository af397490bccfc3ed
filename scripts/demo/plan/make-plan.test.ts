import { describe, expect, it } from "vitest";
import { createRandom } from "../random";
import { colleagues, founder } from "../team/people";
import { makePlan } from "./make-plan";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const aSunday = Date.UTC(2026, 10, 22);

describe("the plan of a demo", () => {
  it.each([
    [2, 0.5],
    [7, 3],
  ])("of %i days lets nobody act before they have joined, at whatever hour it ends", (days, hours) => {
    const early: string[] = [];
    for (let end = aSunday; end < aSunday + 7 * dayMs; end += hours * hourMs) {
      const waited = new Set([founder, ...colleagues].map(({ key }) => key));
      const period = { start: end - days * dayMs, end };
      for (const { at, act } of makePlan(period, 0.2, createRandom(3))) {
        if (act.kind === "found") waited.delete(founder.key);
        if (!("who" in act)) continue;
        if (act.kind === "register") waited.delete(act.who);
        else if (waited.has(act.who)) early.push(`${new Date(at).toISOString()} ${act.kind} ${act.who}`);
      }
    }
    expect(early).toEqual([]);
  });

  it("of a month makes no key that has expired on the day on which it is filled: its uses would be refused", () => {
    const period = { start: aSunday - 30 * dayMs, end: aSunday };
    const keys = makePlan(period, 0.2, createRandom(3)).flatMap(({ at, act }) =>
      act.kind === "create-key" ? [{ name: act.name, ends: at + (act.days ?? 365) * dayMs }] : [],
    );
    expect(keys.map(({ name }) => name)).toContain("sdk-sample");
    expect(keys.filter(({ ends }) => ends <= aSunday)).toEqual([]);
  });
});
