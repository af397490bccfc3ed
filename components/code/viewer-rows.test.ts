import { describe, expect, it } from "vitest";
import { identifierAt, identifiersIn, maxShownLines, rowOf, shownLines } from "./viewer-rows";

describe("the lines that are shown", () => {
  it.each([1, 2, 1_999, 2_000, 2_001, 20_000, 1_000_000])(
    "of %d hold the asked one, and never too many",
    (total) => {
      for (const asked of [1, 2, 500, 2_000, 2_001, 9_999, total, total + 10].filter((n) => n >= 1)) {
        const { first, last } = shownLines(total, asked);
        expect(last - first + 1).toBe(Math.min(total, maxShownLines));
        expect(first).toBeGreaterThanOrEqual(1);
        expect(last).toBeLessThanOrEqual(total);
        if (asked <= total) expect(asked >= first && asked <= last).toBe(true);
      }
    },
  );

  it("leave no line out on the way from page to page", () => {
    const seen = new Set<number>();
    for (let from = 1; from <= 12_345; ) {
      const { first, last } = shownLines(12_345, from);
      for (let n = first; n <= last; n++) seen.add(n);
      from = last + 1;
    }
    expect(seen.size).toBe(12_345);
  });

  it("are cut where they are very long, and say by how much", () => {
    const row = rowOf(1, [
      ["a".repeat(1_999), "kw"],
      ["😀bc", null],
      ["d", null],
    ]);
    expect(row.tokens).toEqual([["a".repeat(1_999), "kw"]]);
    expect(row.cut).toBe(5);
    expect(rowOf(2, [["x".repeat(2_000), null]])).toMatchObject({ cut: 0 });
    expect(rowOf(3, [["x".repeat(10_000_000), null]]).cut).toBe(9_998_000);
  });

  it("have the identifier under a place", () => {
    expect(identifierAt("const größe = $x1;", 8)).toEqual({ name: "größe", from: 6, to: 11 });
    expect(identifierAt("const größe = $x1;", 11)).toBeNull();
    expect(identifiersIn("a.b(c_d, 12, 日本)").map((each) => each.name)).toEqual(["a", "b", "c_d", "日本"]);
  });
});
