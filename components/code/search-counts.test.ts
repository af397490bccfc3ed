import { expect, test } from "vitest";
import { countText, durationText, endedText, queryAround } from "./search-counts";

test("counts say whether they are all", () => {
  expect(countText({ matchCount: 1234, fileCount: 56, isExhaustive: true })).toBe(
    "1,234 matches in 56 files",
  );
  expect(countText({ matchCount: 1, fileCount: 1, isExhaustive: false })).toBe("at least 1 match in 1 file");
});

test("a search that ended early says why and what to do", () => {
  const ended = { isExhaustive: false, matchCount: 3 };
  expect(endedText({ ...ended, isExhaustive: true, endedBy: null }, true)).toBeNull();
  expect(endedText({ ...ended, endedBy: "matches" }, true)).toContain("Load more");
  expect(endedText({ ...ended, endedBy: "matches" }, false)).not.toContain("Load more");
  expect(endedText({ ...ended, endedBy: "deadline" }, true)).toContain("three letters");
  expect(endedText({ ...ended, endedBy: "size" }, false)).toContain("more than one answer holds");
  expect(endedText({ ...ended, endedBy: "index" }, true)).toContain("being indexed anew");
  expect(endedText({ ...ended, matchCount: 0, endedBy: "deadline" }, true)).toContain("before anything");
});

test("short times are told in milliseconds, never as nothing", () => {
  expect([0.2, 42, 120, 2_003].map(durationText)).toEqual(["1 ms", "42 ms", "0.12 s", "2.0 s"]);
});

test("the caret stands below the place of the error, also in a long query", () => {
  expect(queryAround("a (b", 2)).toEqual({ text: "a (b", caret: 2, hasMore: false });
  const long = queryAround(`${"x".repeat(100)}(${"y".repeat(100)}`, 100);
  expect(long.text[long.caret]).toBe("(");
  expect(long.text.length).toBe(66);
  expect(queryAround("ab", 99).caret).toBe(2);
  expect(queryAround("a\nb\t(", 4).text).toBe("a b (");
});
