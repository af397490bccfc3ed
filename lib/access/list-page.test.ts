import { expect, it } from "vitest";
import { listPage, pageLength, pageNumber, rowsOf } from "./list-page";

it("takes a page's number from an address, and the first for anything else", () => {
  expect(["1", "7", "99999", ["3", "4"]].map(pageNumber)).toEqual([1, 7, 10_000, 3]);
  for (const other of [undefined, "", "0", "-1", "1.5", "1e3", "٣", " 2", "100000", "x", []])
    expect(pageNumber(other)).toBe(1);
});

it("cuts any list into pages that hold each row once", () => {
  for (const length of [0, 1, pageLength - 1, pageLength, pageLength + 1, 3 * pageLength, 1_234]) {
    const all = Array.from({ length }, (_, i) => i);
    const seen: number[] = [];
    for (let page = 1, more = true; more; page += 1) {
      const { limit, offset } = rowsOf(page);
      const found = listPage(all.slice(offset, offset + limit), page);
      expect(found.page).toBe(page);
      seen.push(...found.rows);
      more = found.hasMore;
    }
    expect(seen).toEqual(all);
  }
});
