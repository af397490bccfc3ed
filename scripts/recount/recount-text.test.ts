import { describe, expect, it } from "vitest";
import type { Difference } from "@/lib/audit/seal/recount";
import { recountArguments } from "./arguments";
import { recountText, repairText } from "./recount-text";

const rollup: Difference = {
  table: "audit_rollup",
  org_id: 1,
  scope: "00000000-0000-0000-0000-000000000000",
  dimension: "model",
  value: "User",
  action_type: "access",
  day: "2026-11-03",
  stored: "1207",
  expected: "1205",
};
const facet: Difference = { ...rollup, table: "audit_facet", scope: "a", action_type: null, stored: null };
const clean = {
  differences: [],
  found: 0,
  days: ["2026-11-03"],
  wrongDays: [],

  events: 12_000,
};

describe("what the recount says", () => {
  it("names each number that is wrong and what it should be", () => {
    const text = recountText({ ...clean, differences: [rollup, facet], found: 5, wrongDays: ["2026-11-03"] });
    expect(text.split("\n")).toEqual([
      "12,000 sealed events of 1 day were counted: 5 counts stand otherwise, on 1 day.",
      "  2026-11-03, whole log, model User, access: says 1,207, should say 1,205",
      "  choice, guru a, model User: says nothing, its days say 1,205",
      "  and 3 more",
      "",
    ]);
    expect(recountText(clean)).toContain("all totals, charts and dropdowns say the same");
    expect(repairText({ before: clean, rollups: 1, facets: 2, kinds: 3 })).toContain(
      "1 count of days and 2 choices were written anew. 3 kinds of events came back into the list.",
    );
  });

  it("takes no argument but --repair", () => {
    expect(recountArguments([])).toEqual({ repair: false });
    expect(recountArguments(["--repair"])).toEqual({ repair: true });
    for (const args of [["--fix"], ["--repair", "x"], [""]])
      expect(() => recountArguments(args)).toThrow("npm run recount");
  });
});
