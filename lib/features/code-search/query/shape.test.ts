import { expect, test } from "vitest";
import { readRegex } from "./regex-tree";
import { shapeOf } from "./shape";

function coreOf(pattern: string, isCaseSensitive = true): string | undefined {
  const read = readRegex(pattern);
  if (!read) throw new Error(pattern);
  return shapeOf(read.tree, isCaseSensitive).core?.source.replace(
    /\\u00([0-7][0-9a-f])/g,
    (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)),
  );
}

test("the core is what says the most, and looks around itself where that is cheap", () => {
  expect(coreOf("ab+foo")).toBe("[f][o][o](?<=(?:[b]{33}|[a][b]{1,32})[f][o][o])");
  expect(coreOf("foo[01]*;")).toBe("[f][o][o](?=(?:[01]{33}|[01]{0,32}[;]))");
  expect(coreOf("^foo$")).toBe("[f][o][o](?<=^[f][o][o])(?=$)");
  expect(coreOf("(foo|bar)[(]")).toBe("(?:[f][o][o]|[b][a][r])[(]");
});

test("the core begins and ends with something that says something", () => {
  expect(coreOf("[a-m]{0,16}foo[a-m]{0,16}")).toMatch(/^\[f\]\[o\]\[o\]/);
});

test("a core of many ways does not look around itself: each way would", () => {
  expect(coreOf("X[bc]*a[bc]{0,8}d")).toBe("[a](?:[bc]){0,8}[d]");
  expect(coreOf("X[ab]*aa")).toMatch(/\(\?<=/);
});

test("what has no core, or too many ways, has none", () => {
  for (const pattern of ["[a-z]+", ".*", "a", "\\w{5}", "(a|b)*"]) expect(coreOf(pattern)).toBeUndefined();
});
