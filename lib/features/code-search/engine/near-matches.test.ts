import fc from "fast-check";
import { expect, test } from "vitest";
import { foldText } from "@/lib/platform/code/fold";
import { compilePattern } from "../query/pattern";
import { lineMatches } from "./line-matches";
import { hasWindows } from "./near-matches";
import { type Matcher, type TreeLeaf, treeOf } from "./query-tree";

function matcherOf(pattern: string, isCaseSensitive: boolean): Matcher {
  const { leaves } = treeOf({ kind: "content", pattern, isCaseSensitive, from: 0, to: pattern.length });
  return (leaves[0] as TreeLeaf).matcher as Matcher;
}

const foldable = (text: string) => ({ text, folded: foldText(text) });
const never = () => false;

function bothWays(pattern: string, text: string, isCaseSensitive: boolean) {
  const matcher = matcherOf(pattern, isCaseSensitive);
  return {
    shape: matcher.shape,
    near: lineMatches(foldable(text), matcher, 10_000, never),
    plain: lineMatches(foldable(text), { ...matcher, shape: null }, 10_000, never),
  };
}

const letters = fc.constantFrom(
  "a",
  "b",
  "A",
  "B",
  "k",
  "K",
  "\u212a",
  "s",
  "\u017f",
  "_",
  "1",
  " ",
  "(",
  "é",
  "😀",
);
const texts = fc
  .array(fc.oneof({ weight: 12, arbitrary: letters }, fc.constantFrom("\n", "\r\n", "\r", "\t")), {
    maxLength: 60,
  })
  .map((all) => all.join(""));
const atoms = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "A", "k", "s", "_", "1", "é", "😀", "\\(") },
  fc.constantFrom(
    ".",
    "\\w",
    "\\d",
    "\\s",
    "\\S",
    "[ab]",
    "[^a]",
    "[a-z_]",
    "[ks]",
    "[=(:]",
    "\\pL",
    "\\x{e9}",
  ),
  fc.constantFrom("\\b", "\\B", "^", "$", "(^|[^a])", "($|[^a])", "(\\b|.)"),
);
const repeats = fc.constantFrom("", "", "", "", "*", "+", "?", "*?", "+?", "{2}", "{0,3}", "{1,2}?", "{2,}");
const items = fc
  .tuple(atoms, repeats)
  .map(([atom, repeat]) => (/^(\\b|\\B|\^|\$)$/.test(atom) ? atom : atom + repeat));
const runs = fc.array(items, { minLength: 1, maxLength: 6 }).map((all) => all.join(""));
const groups = fc.tuple(runs, runs, repeats).map(([one, other, repeat]) => `(${one}|${other})${repeat}`);
const chains = fc
  .array(fc.constantFrom("a", "b", "ab", "k", "S", "é", "_1"), { minLength: 2, maxLength: 4 })
  .map((all) => all.join(".*"));
const mixtures = fc
  .array(fc.oneof({ weight: 5, arbitrary: runs }, groups, fc.constantFrom(".*", "ab", "bka")), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) => all.join(""));

const patterns = fc.oneof({ weight: 6, arbitrary: mixtures }, chains);

test("windows and chains find what trying each whole line finds, place by place", () => {
  let windows = 0;
  let chained = 0;
  fc.assert(
    fc.property(patterns, texts, fc.boolean(), (pattern, text, isCaseSensitive) => {
      if (!compilePattern(pattern, isCaseSensitive).ok) return;
      const { shape, near, plain } = bothWays(pattern, text, isCaseSensitive);
      if (shape?.chain) chained += 1;
      else if (shape && hasWindows(shape)) windows += 1;
      expect(near).toEqual(plain);
    }),
    { numRuns: 6_000 },
  );
  expect(windows).toBeGreaterThan(600);
  expect(chained).toBeGreaterThan(150);
});

/** At each distance from a match, so at that of a window's end too. */
const apart = (one: string, other: string, many = 60) =>
  Array.from({ length: many }, (_, n) => `${one}${"1".repeat(n)}${other}`).join("\n");

test.each([
  ["(^|[^.])foo\\(", apart("a.foo(", " foo(")],
  ["foo(?:$|[^(])", apart("foo; ", "foo(")],
  ["(?:^a|b)cd.", apart("xacd1", "bcdz")],
  ["(?:\\bfoo|bar)[^;]", apart("xfoo1", "bar1")],
  ["foo.*bar", "x foo bar bar y\nbar foo\nfoo foobar\r\nfoo\nbar"],
  ["(this|_enable)\\(", `${"a".repeat(5_000)}this(x)_enable(y)${"b".repeat(5_000)}`],
  ["\\bdes\\b", "des describe addes, des.des\ndes"],
  ["^\\s*null", "null\n  null null\nx null\r\n\tnullnull"],
  ["null\\s*$", "null\nnull  \r\nnull x\nnullnull"],
  ["more[a-z_]*\\s*[=(:]", "more = 1; moreOf(2), more1( more:more  ="],
  ["exampl.{0,10}\\d", `exampl${"x".repeat(10)}1 exampl2exampl3 exampl${"x".repeat(11)}4`],
  ["ab.{0,3}ab", "ababababab abxab abxxxxab"],
  ["\\s{2}ab", "  ab \r\nab  ab\r\n ab"],
])("%s in lines as they come", (pattern, text) => {
  const { shape, near, plain } = bothWays(pattern, text, false);
  expect(shape?.chain || (shape && hasWindows(shape))).toBeTruthy();
  expect(near).toEqual(plain);
  expect(near.length).toBeGreaterThan(0);
});

test("it ends when it is asked to", () => {
  const matcher = matcherOf("foo\\d+", false);
  const text = foldable("foo1 ".repeat(50_000));
  expect(lineMatches(text, matcher, 7, never)).toHaveLength(7);
  expect(lineMatches(text, matcher, 100_000, never)).toHaveLength(10_000);
  expect(lineMatches(foldable("foo1\n".repeat(5_000)), matcher, 10_000, () => true).length).toBeLessThan(300);
});
