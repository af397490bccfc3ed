import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldText } from "@/lib/platform/code/fold";
import { contentKeys, lineBeginKeys, lineEndKeys, speltKeys, wordKeys } from "@/lib/platform/code/trigrams";
import { compilePattern, type KeyNeed, type Pattern } from "./pattern";

function compiled(source: string, isCaseSensitive = false): Pattern {
  const result = compilePattern(source, isCaseSensitive);
  if (!result.ok) throw new Error(`${source}: ${result.message}`);
  return result.pattern;
}

/** It is also asked whether the index has its keys. */
function holds(need: KeyNeed, line: string, asSpelt = false): boolean {
  if ("any" in need) return true;
  if ("and" in need) return need.and.every((part) => holds(part, line, asSpelt));
  if ("or" in need) return need.or.some((part) => holds(part, line, asSpelt));
  const keys = new Set<number>();
  contentKeys(`\n${line}\r\n`, keys);
  const text = asSpelt ? line : foldText(line);
  if ("literal" in need)
    return text.includes(need.literal) && speltKeys(need.literal).every((key) => keys.has(key));
  if ("word" in need) return wordKeys(foldText(need.word)).every((key) => keys.has(key));
  const ofEdge =
    "lineBegin" in need ? lineBeginKeys(foldText(need.lineBegin)) : lineEndKeys(foldText(need.lineEnd));
  return ofEdge.length === 1 && ofEdge.every((key) => keys.has(key));
}

const countOf = (need: KeyNeed, kind: string): number =>
  kind in need
    ? 1
    : ("and" in need ? need.and : "or" in need ? need.or : []).reduce(
        (n, part) => n + countOf(part, kind),
        0,
      );

const letters = [
  "a",
  "b",
  "K",
  "\u212a",
  "s",
  "\u017f",
  "S",
  "\u00e9",
  "\u00c9",
  "\u03c3",
  "\u03c2",
  " ",
  "1",
  "\ud83d\ude00",
  "\ud801\udc00",
  "_",
];
const texts = fc
  .array(fc.constantFrom(...letters, "-", "{", "]", "^", "\ufffd", "\t", "\r", "(", "="), { maxLength: 12 })
  .map((all) => all.join(""));

const atoms = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...letters) },
  fc.constantFrom(
    ".",
    "\\w",
    "\\S",
    "\\b",
    "\\b",
    "\\B",
    "^",
    "$",
    "\\s",
    "\\s*",
    "[ \\t]*",
    "\\(",
    "=",
    "\ufdd2",
    "\\pL",
    "\\p{Greek}",
    "[[:alpha:]]",
    "\\x{e9}",
    "\\x4b",
    "\\-",
    "\\Qa{\\E",
    "{",
    "-",
    "\\A",
    "\\z",
  ),
  fc
    .array(fc.constantFrom(...letters, "a-c", "\\d", "[:upper:]", "\\]", "-"), { minLength: 1, maxLength: 4 })
    .map((all) => `[${all.join("")}]`),
  fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 3 }).map((all) => `[^${all.join("")}]`),
);
const repeats = fc.constantFrom(
  "",
  "",
  "",
  "",
  "*",
  "+",
  "?",
  "+?",
  "{2}",
  "{1,2}",
  "{0}",
  "{0,2}",
  "{2,}",
  "{02}",
  "{,2}",
  "{x}",
);
const { pattern: patterns } = fc.letrec<{ pattern: string; item: string }>((tie) => ({
  item: fc
    .tuple(
      fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        atoms,
        fc
          .tuple(
            fc.constantFrom("(", "(?:", "(?i:", "(?-i:", "(?P<n>", "(?s:", "(?m:", "(?i)("),
            tie("pattern"),
          )
          .map(([open, inner]) => `${open}${inner})`),
      ),
      repeats,
    )
    .map(([item, repeat]) => item + repeat),
  pattern: fc
    .array(fc.oneof({ weight: 8, arbitrary: tie("item") }, { weight: 1, arbitrary: fc.constant("|") }), {
      maxLength: 5,
    })
    .map((all) => all.join("")),
}));

describe("what a pattern needs", () => {
  test("is contained in all that the pattern matches", () => {
    let matches = 0;
    fc.assert(
      fc.property(
        patterns,
        fc.array(texts, { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        (source, lines, isCaseSensitive) => {
          const result = compilePattern(source, isCaseSensitive);
          if (!result.ok) return;
          for (const line of [...lines, source, source.replace(/[\\(){}?*+|[\]]/g, "")]) {
            if (!result.pattern.re.matcher(line).find()) continue;
            matches++;
            if (!holds(result.pattern.required, line))
              throw new Error(`${JSON.stringify(result.pattern.required)} is not in ${JSON.stringify(line)}`);
            const { spelt } = result.pattern;
            if (spelt && !holds(spelt, line, true))
              throw new Error(`${JSON.stringify(spelt)} is not spelt so in ${JSON.stringify(line)}`);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    expect(matches).toBeGreaterThan(10_000);
  });

  test("around words and at the edges of a line is in all lines that it matches", () => {
    const word = fc
      .array(fc.constantFrom("a", "k", "K", "s", "\u212a", "\u017f", "_", "1", "\u00e9"), {
        minLength: 1,
        maxLength: 6,
      })
      .map((all) => all.join(""));
    const gap = fc.constantFrom("", " ", "\t ", "\r", "(", "=", "-", "a", "k", "\u212a", "\u017f");
    const before = fc.constantFrom(
      "",
      "\\b",
      "^",
      "^\\s*",
      "(?m)^[ \\t]*",
      "\\A",
      "^ *",
      "\\s+",
      "=\\s*",
      "(?:^|\\s)",
      "(?:^)?",
      "\\(",
    );
    const after = fc.constantFrom(
      "",
      "\\b",
      "$",
      "\\s*$",
      "\\s*\\z",
      "\\s*\\(",
      "\\s+",
      "(?:\\s|$)",
      "(?:;?)\\s*$",
      "=",
      "\\s*\\b",
      "(?m:$)",
    );
    const repeat = fc.constantFrom("", "", "", "+", "?", "{2}", "*");
    const found = { word: 0, lineBegin: 0, lineEnd: 0 };
    fc.assert(
      fc.property(
        fc.tuple(before, word, repeat, fc.constantFrom("", "\\s*", "|", "\\b", ".*"), word, after),
        fc.array(fc.tuple(gap, gap, fc.boolean(), gap, gap), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        ([left, one, times, between, two, right], lines, isCaseSensitive) => {
          const source = `${left}(?:${one})${times}${between}${two}${right}`;
          const { re, required } = compiled(source, isCaseSensitive);
          for (const [a, b, isUpper, c, d] of lines) {
            const text = one + (between === "" ? "" : c) + two;
            const line = a + b + (isUpper ? text.toUpperCase() : text) + c + d;
            if (!re.matcher(line).find()) continue;
            for (const kind of ["word", "lineBegin", "lineEnd"] as const)
              found[kind] += countOf(required, kind);
            if (!holds(required, line))
              throw new Error(`${source}: ${JSON.stringify(required)} is not of ${JSON.stringify(line)}`);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(1_000);
  });

  test("is words and edges of lines where they are sure, beside their literals", () => {
    const both = (literal: string, other: object) => ({ and: [{ literal }, other] });
    const table: [string, unknown][] = [
      ["\\bdes\\b", both("des", { word: "des" })],
      ["\\bdes", { literal: "des" }],
      ["\\bdes\\(", both("des(", { word: "des" })],
      [" des\\s*=", { and: [{ literal: " des" }, { literal: "=" }, { word: "des" }] }],
      ["\\bdes\\s*\\w", { literal: "des" }],
      ["\\bdes\\w*\\b", { literal: "des" }],
      ["\\bde\\Bs\\b", both("des", { word: "des" })],
      ["\\b(?:in|out)\\b", { or: [both("in", { word: "in" }), both("out", { word: "out" })] }],
      ["^\\s*null", both("null", { lineBegin: "null" })],
      ["^[ \\t]*null", both("null", { lineBegin: "null" })],
      ["^  null", both("  null", { lineBegin: "null" })],
      ["(?m)^null", both("null", { lineBegin: "null" })],
      ["^nu", { literal: "nu" }],
      ["^.*null", { literal: "null" }],
      ["^(?:.x)?null", { literal: "null" }],
      ["(?:^)?null", { literal: "null" }],
      ["(?:^|x)null", { or: [both("null", { lineBegin: "null" }), { literal: "xnull" }] }],
      ["meta\\s*$", both("meta", { lineEnd: "meta" })],
      ["meta\\z", both("meta", { lineEnd: "meta" })],
      ["meta;?$", { or: [both("meta;", { lineEnd: "meta;" }), both("meta", { lineEnd: "meta" })] }],
      ["a.b bc\\(d e", { and: [{ literal: "a" }, { literal: "b bc(d e" }] }],
      ["meta.?$", { literal: "meta" }],
      ["(?:meta$)*", { any: true }],
      [
        "(^|\\s)foo(\\s|$)",
        expect.objectContaining({ and: expect.arrayContaining([{ literal: "foo" }, { word: "foo" }]) }),
      ],
      ["foo\\s*(?:one|bar)", { and: [{ literal: "foo" }, { or: [{ literal: "one" }, { literal: "bar" }] }] }],
      ["\ufdd0foo", { literal: "foo" }],
    ];
    for (const [source, need] of table) expect([source, compiled(source).required]).toEqual([source, need]);
  });

  test("is the literals that stand in it, folded and joined as far as they go", () => {
    const table: [string, unknown][] = [
      ["fooBar", { literal: "foobar" }],
      ["foo.*bar", { and: [{ literal: "foo" }, { literal: "bar" }] }],
      ["(foo|bar)baz", { or: [{ literal: "foobaz" }, { literal: "barbaz" }] }],
      ["colou?r", { or: [{ literal: "colour" }, { literal: "color" }] }],
      ["ab+c", { and: [{ literal: "ab" }, { literal: "bc" }] }],
      ["(ab){2}c", { literal: "ababc" }],
      ["(ab){2,}c", { and: [{ literal: "abab" }, { literal: "ababc" }] }],
      ["gr[ae]y", { or: [{ literal: "gray" }, { literal: "grey" }] }],
      ["foo\\.bar\\(", { literal: "foo.bar(" }],
      ["\\Qa*b\\Ec", { literal: "a*bc" }],
      ["foo|", { any: true }],
      ["(foo)*", { any: true }],
      ["(a+)+$", { literal: "a" }],
      [".*", { any: true }],
      ["x{0}foo", { literal: "foo" }],
      ["foo(\\w+bar|qux)", { and: [{ literal: "foo" }, { or: [{ literal: "bar" }, { literal: "qux" }] }] }],
    ];
    for (const [source, need] of table) expect([source, compiled(source).required]).toEqual([source, need]);
  });
});
