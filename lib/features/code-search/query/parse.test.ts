import { describe, expect, test } from "vitest";
import type { Node } from "./ast";
import { parseQuery } from "./parse";
import { validateQuery } from "./validate";

/** The tree in a short notation: kinds before their values, case-sensitive ones with an exclamation mark. */
function shown(node: Node): string {
  switch (node.kind) {
    case "all":
      return "all";
    case "and":
    case "or":
      return `(${node.of.map(shown).join(node.kind === "and" ? " & " : " | ")})`;
    case "not":
      return `-${shown(node.of)}`;
    case "lang":
      return `lang:${node.name}`;
    case "rev":
      return `rev:${node.pattern}`;
    case "archived":
    case "fork":
      return `${node.kind}:${node.value}`;
    default:
      return `${node.kind}:${node.pattern}${node.isCaseSensitive ? "!" : ""}`;
  }
}

function read(text: string): string {
  const parsed = validateQuery(text);
  return parsed.ok ? shown(parsed.query.node) : `${parsed.position}: ${parsed.message}`;
}

describe("a query", () => {
  test.each([
    ["foo", "text:foo"],
    ["  foo\tbar\n baz ", "(text:foo & text:bar & text:baz)"],
    ["foo or bar baz", "(text:foo | (text:bar & text:baz))"],
    ["(foo or bar) baz", "((text:foo | text:bar) & text:baz)"],
    ["foo (bar baz)", "(text:foo & text:bar & text:baz)"],
    ["-foo bar", "(-text:foo & text:bar)"],
    ["-(foo bar) baz", "(-(text:foo & text:bar) & text:baz)"],
    ["-file:test foo", "(-file:test & text:foo)"],
    ["--foo", "--text:foo"],
    ['"foo bar"', "text:foo bar"],
    ['"foo or bar"', "text:foo or bar"],
    ['"or"', "text:or"],
    ['"file:x"', "text:file:x"],
    ['"-x"', "text:-x"],
    ['file:"a b".c', "file:a b.c"],
    ['say"\\"x"', 'text:say\\"x'],
    ["foo\\ bar", "text:foo\\ bar"],
    ["\\-foo", "text:\\-foo"],
    ["order OR oregon", "(text:order & text:OR! & text:oregon)"],
    ["http://x unknown:y", "(text:http://x & text:unknown:y)"],
    ["f:a r:b c:d b:e branch:g rev:* sym:h", "(file:a & repo:b & content:d & rev:e & rev:g & rev:* & sym:h)"],
    ['lang:"Jupyter Notebook" lang:C++', "(lang:Jupyter Notebook & lang:C++)"],
    ["archived:only fork:no x", "(archived:only & fork:no & text:x)"],
    ["(a or (b or c))", "(text:a | text:b | text:c)"],
  ])("%j is %s", (text, expected) => expect(read(text)).toBe(expected));

  test.each([
    ["(a+)+$", "text:(a+)+$"],
    ["(foo|bar)baz", "text:(foo|bar)baz"],
    ["(foo|bar)", "text:foo|bar"],
    ["(?i)foo", "text:(?i)foo"],
    ["(?:foo)", "text:(?:foo)"],
    ["foo\\(", "text:foo\\("],
    ["foo()", "text:foo()"],
    ["foo\\([^)]*\\)", "text:foo\\([^)]*\\)"],
    ["[(] x", "(text:[(] & text:x)"],
    ["([)]a b)", "(text:[)]a & text:b)"],
    ["((a)|b)", "text:(a)|b"],
    ["(foo(a|b) bar)", "(text:foo(a|b) & text:bar)"],
    ["(file:a)", "file:a"],
    ["(-a b)", "(-text:a & text:b)"],
    ['"foo (bar"', "5: A parenthesis is not closed. Close it, or write \\( to search for it."],
  ])("%j tells its regular expression's parentheses from its own: %s", (text, expected) =>
    expect(read(text)).toBe(expected),
  );

  test.each([
    ["", 0, /Type something/],
    [" \n ", 0, /Type something/],
    ["or foo", 0, /or stands between/],
    ["foo or", 4, /or stands between/],
    ["foo or or bar", 7, /or stands between/],
    ["(foo or ) bar", 5, /or stands between/],
    ["foo ()", 4, /group is empty/],
    ["foo ( )", 4, /group is empty/],
    ["foo -", 4, /nothing behind this hyphen/],
    ["- foo", 0, /nothing behind this hyphen/],
    ["foo file:", 9, /Write behind file: what/],
    ["foo f: bar", 6, /Write behind f: what/],
    ['foo ""', 4, /nothing between/],
    ["case:maybe foo", 5, /case:yes, case:no or case:auto/],
    ["-case:yes foo", 1, /cannot be negated/],
    ["case:yes foo case:no", 13, /Write it once/],
    ["case:yes", 0, /says how to search/],
    ["foo or case:yes", 7, /says how to search/],
    ["archived:x", 9, /archived:yes/],
    ['foo "bar', 4, /quotation mark is not closed/],
    ["foo bar(x", 7, /not closed/],
    ["(foo bar", 0, /not closed/],
    ["foo) bar", 3, /Nothing opens/],
    [") foo", 0, /Nothing opens/],
    ["(foo bar)baz", 9, /group ends here/],
    ["foo\\", 3, /nothing behind this backslash/],
    ["foo\0bar", 3, /Remove it/],
    ["foo\ud800 bar", 3, /Remove it/],
    ["foo file:a[b x", 10, /bracket/],
    ['foo "a b**" x', 8, /repetition/],
    ['"x"y"**"', 5, /repeats|repeat/],
  ])("%j is refused at %i", (text, position, message) =>
    expect(validateQuery(text)).toEqual({ ok: false, position, message: expect.stringMatching(message) }),
  );

  test("is case-sensitive in the terms with a typed capital letter, unless case: says it for all", () => {
    expect(read("Foo bar")).toBe("(text:Foo! & text:bar)");
    expect(read("case:no Foo")).toBe("text:Foo");
    expect(read("foo case:yes or Bar")).toBe("(text:foo! | text:Bar!)");
    expect(read("Foo case:auto bar")).toBe("(text:Foo! & text:bar)");
    for (const text of [
      "\\W\\S\\B",
      "\\pL\\p{Greek}\\PN",
      "\\x{1F}\\x4A",
      "(?P<Name>foo)",
      "(?U)foo",
      "\\Qfoo\\E",
    ])
      expect([text, read(text)]).toEqual([text, `text:${text}`]);
    for (const text of ["\\QFoo\\E", "É", "[A-Z]x", "ǅ"])
      expect([text, read(text)]).toEqual([text, `text:${text}!`]);
  });

  test("knows where its terms were typed", () => {
    expect(parseQuery('a -file:"b c" (d or e)')).toMatchObject({
      ok: true,
      query: {
        node: {
          of: [
            { from: 0, to: 1 },
            { of: { kind: "file", pattern: "b c", from: 3, to: 13 } },
            {
              of: [
                { from: 15, to: 16 },
                { from: 20, to: 21 },
              ],
            },
          ],
        },
      },
    });
  });

  test("has limits, each told with its place", () => {
    expect(read("x".repeat(10_000_000))).toMatch(/^4000: A query can have 4,000 characters/);
    expect(read("x ".repeat(100))).toMatch(/^\(/);
    expect(read("x ".repeat(101))).toMatch(/^200: A query can have 100 terms/);
    expect(read(`${"( ".repeat(50)}x${" )".repeat(50)}`)).toBe("text:x");
    expect(read(`${"( ".repeat(51)}x${" )".repeat(51)}`)).toMatch(/^102: Groups and negations/);
    expect(read("-".repeat(3999))).toMatch(/^51: Groups and negations/);
    expect(read("(".repeat(4000))).toMatch(/^0: This parenthesis is not closed/);
    expect(read(`x ${"y".repeat(1001)}`)).toMatch(/^1002: A term can have 1,000/);
  });

  test("of bidirectional controls and emoji is text like any other", () => {
    expect(read("\u202efoo 😀")).toBe("(text:\u202efoo & text:😀)");
    expect(read("<script>alert(1)</script>")).toBe("text:<script>alert(1)</script>");
  });
});
