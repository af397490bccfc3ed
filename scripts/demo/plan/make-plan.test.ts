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
});
