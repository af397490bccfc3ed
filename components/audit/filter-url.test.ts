import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EMPTY_FILTER,
  filterToSearchParams,
  isEmptyFilter,
  sameFilter,
  searchParamsToFilter,
} from "./filter-url";
import type { AppliedFilter } from "./types";

const values = fc.array(fc.string({ minLength: 1, unit: "grapheme" }), { maxLength: 4 });
const one = fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: undefined });
const filters: fc.Arbitrary<AppliedFilter> = fc.record({
  guru: values,
  model: values,
  actor: values,
  actionType: values,
  operation: values,
  outcome: values,
  since: one,
  until: one,
  q: one,
});

describe("the filter in the address", () => {
  it("comes back as the same filter, whatever the text of its values", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const address = filterToSearchParams(filter).toString();
        expect(sameFilter(searchParamsToFilter(new URLSearchParams(address)), filter)).toBe(true);
      }),
    );
  });

  it("has one address, whatever the order in which values were chosen", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const turned = { ...filter, guru: [...filter.guru].reverse(), actor: [...filter.actor].reverse() };
        expect(filterToSearchParams(turned).toString()).toBe(filterToSearchParams(filter).toString());
      }),
    );
  });

  it("uses the parameter names of the HTTP API and repeats a parameter for each value", () => {
    const address = filterToSearchParams({
      ...EMPTY_FILTER,
      guru: ["none", "billing"],
      actionType: ["deleted"],
      since: "2026-11-01T00:00:00.000Z",
      q: "10.99",
    }).toString();
    expect(address).toBe(
      "guru=billing&guru=none&actionType=deleted&since=2026-11-01T00%3A00%3A00.000Z&q=10.99",
    );
  });

  it("keeps the filters of the HTTP API that have no dropdown, so that Apply never drops them unseen", () => {
    const address = "action=user.signed_in&target=t-1&ip=2001%3Adb8%3A%3A7&ip=203.0.113.9";
    const filter = searchParamsToFilter(new URLSearchParams(address));
    expect(filterToSearchParams({ ...filter, model: ["User"] }).toString()).toBe(`model=User&${address}`);
    expect(isEmptyFilter(filter)).toBe(false);
    expect(sameFilter(filter, EMPTY_FILTER)).toBe(false);
  });

  it("reads the record that a page receives, and ignores parameters that are no filter", () => {
    const filter = searchParamsToFilter({ model: "User", operation: ["B", "A", "A"], event: "x", q: "" });
    expect(filter).toEqual({ ...EMPTY_FILTER, model: ["User"], operation: ["A", "B"] });
    expect(isEmptyFilter(searchParamsToFilter({ event: "x", cursor: "y" }))).toBe(true);
  });
});
