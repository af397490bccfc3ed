import { expect, test } from "vitest";
import { parseQuery } from "../query/parse";
import { isWide } from "./wide";

function wide(text: string): boolean {
  const read = parseQuery(text);
  if (!read.ok) throw new Error(read.message);
  return isWide(read.query);
}

test("a search is wide where the index names no parts of texts", () => {
  const all = ["(a+)+$", "content:\\d[a-f]\\d", "sym:.*", "file:(a+)+$", "-nothing (a+)+$"];
  expect(all.filter((text) => !wide(text))).toEqual([]);
  expect(wide("ab")).toBe(true);
  expect(wide("needle or (a+)+$")).toBe(true);
  expect(wide("-needle")).toBe(true);
});

test("it is not where a part of it that must be there is named, or nothing is tried", () => {
  const all = ["needle", "needle (a+)+$", "need.e", "needle or other", "sym:name", "lang:go", "file:name"];
  expect(all.filter(wide)).toEqual([]);
  expect(wide("repo:(a+)+$ file:name")).toBe(false);
});
