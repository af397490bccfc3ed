import { describe, expect, it, test } from "vitest";
import type { Node } from "./ast";
import type { ReadAs } from "./read-as";
import { validateQuery } from "./validate";

/** Patterns of a query as it is read, each with `!` where capital letters count. */
function patterns(text: string, how: ReadAs): string[] | string {
  const read = validateQuery(text, how);
  const all = (node: Node): string[] => {
    if (node.kind === "and" || node.kind === "or") return node.of.flatMap(all);
    if (node.kind === "not") return all(node.of);
    return "isCaseSensitive" in node ? [`${node.pattern}${node.isCaseSensitive ? "!" : ""}`] : [];
  };
  return read.ok ? all(read.query.node) : read.message;
}

describe("a query whose terms are texts", () => {
  test.each([
    ["a.b", ["a\\.b"]],
    ["f(x) -content:y*", ["f\\(x\\)", "y\\*"]],
    ["(a.b or [c)", ["a\\.b", "\\[c"]],
    ['"say \\"hi\\" (now"', ['say "hi" \\(now']],
    ["f\\(", ["f\\("]],
    ["\\-x", ["-x"]],
    ["in\\dir\\\\sub", ["in\\\\dir\\\\sub"]],
    ["\\Dir", ["\\\\Dir!"]],
    ["file:a.b sym:^c$ repo:d", ["a.b", "^c$", "d"]],
  ])("%s", (text, expected) => expect(patterns(text, { isRegexEnabled: false })).toEqual(expected));

  it("still has the grammar around them, and says what is wrong with it", () => {
    expect(patterns("f(", { isRegexEnabled: false })).toContain("parenthesis is not closed");
    expect(patterns("a[", { isRegexEnabled: true })).toContain("bracket");
  });
});

describe("capital letters", () => {
  test.each([
    ["a B", undefined, ["a", "B!"]],
    ["a B", true, ["a!", "B!"]],
    ["a B file:C", false, ["a", "B", "C"]],
    ["a B case:yes", false, ["a!", "B!"]],
    ["a B case:no", true, ["a", "B"]],
  ])("%s, told %s", (text, isCaseSensitivityEnabled, expected) =>
    expect(patterns(text, { isCaseSensitivityEnabled })).toEqual(expected),
  );
});
