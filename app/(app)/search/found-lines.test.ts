import { expect, test } from "vitest";
import type { Chunk, Range } from "@/lib/features/code-search/engine/types";
import { foundLines, linesOf, markedPath } from "./found-lines";

const at = (lineNumber: number, column: number) => ({ byteOffset: 0, lineNumber, column });
const range = (line: number, from: number, to: number): Range => ({
  start: at(line, from),
  end: at(line, to),
});
const chunk = (content: string, firstLine: number, ...matchRanges: Range[]): Chunk => ({
  content,
  contentStart: at(firstLine, 1),
  matchRanges,
});
const textOf = (spans: readonly (readonly [string, string | null, boolean])[]) =>
  spans.map((s) => s[0]).join("");
const markedOf = (spans: readonly (readonly [string, string | null, boolean])[]) =>
  spans.filter((s) => s[2]).map((s) => s[0]);

test("a match is marked in its own line, and the others are context", () => {
  const { lines } = foundLines(chunk("one\ntwo three\nfour\n", 7, range(8, 5, 10)));
  expect(lines.map((line) => [line.number, line.matches, markedOf(line.spans)])).toEqual([
    [7, 0, []],
    [8, 1, ["three"]],
    [9, 0, []],
  ]);
});

test("columns count code points, so that a mark behind an emoji stands right", () => {
  const { lines } = foundLines(chunk("🦉🦉 owl", 1, range(1, 4, 7)));
  expect(lines[0] && markedOf(lines[0].spans)).toEqual(["owl"]);
});

test("colours and marks cut a line together and lose none of it", () => {
  const tokens = [
    [
      { length: 5, look: "k" },
      { length: 1, look: null },
      { length: 6, look: "f" },
    ],
  ];
  const { lines } = foundLines(chunk("const answer", 1, range(1, 3, 9)), tokens);
  expect(lines[0]?.spans).toEqual([
    ["co", "k", false],
    ["nst", "k", true],
    [" ", null, true],
    ["an", "f", true],
    ["swer", "f", false],
  ]);
});

test("tokens that do not reach the end leave the rest plain", () => {
  const { lines } = foundLines(chunk("abcdef", 1), [[{ length: 2, look: "k" }]]);
  expect(lines[0]?.spans).toEqual([
    ["ab", "k", false],
    ["cdef", null, false],
  ]);
});

test("of a line of a megabyte the part around its first match is shown", () => {
  const line = `${"a".repeat(500_000)}needle${"b".repeat(500_000)}`;
  const { lines } = foundLines(chunk(line, 1, range(1, 500_001, 500_007)));
  const spans = lines[0]?.spans ?? [];
  expect(textOf(spans).length).toBeLessThan(500);
  expect(markedOf(spans)).toEqual(["needle"]);
  expect([textOf(spans)[0], textOf(spans).at(-1)]).toEqual(["…", "…"]);
});

test("a long line is never cut inside a character", () => {
  const line = "🦉".repeat(1_000);
  for (const column of [100, 101, 399, 1_000]) {
    const { lines } = foundLines(chunk(line, 1, range(1, column, column + 1)));
    expect(textOf(lines[0]?.spans ?? []).isWellFormed()).toBe(true);
  }
});

test("line ends of either kind belong to no line, and an empty line is a line", () => {
  expect(linesOf("a\r\n\r\nb\n")).toEqual(["a", "", "b"]);
  expect(linesOf("")).toEqual([""]);
});

test("an empty match marks nothing and is counted", () => {
  const { lines } = foundLines(chunk("abc", 1, range(1, 2, 2)));
  expect(lines[0]?.matches).toBe(1);
  expect(textOf(lines[0]?.spans ?? [])).toBe("abc");
});

test("what of a path matched is marked", () => {
  expect(markedPath("lib/owl.ts", [range(1, 5, 8)])).toEqual([
    ["lib/", null, false],
    ["owl", null, true],
    [".ts", null, false],
  ]);
});

test("of a line with 10,000 matches no more is walked through than is shown", () => {
  const every = 300;
  const line = `needle${"🦉".repeat(every - 6)}`.repeat(10_000);
  const ranges = Array.from({ length: 10_000 }, (_, n) => range(1, n * every + 1, n * every + 7));
  const { lines } = foundLines(chunk(line, 1, ...ranges));
  expect(lines[0]?.matches).toBe(10_000);
  expect(markedOf(lines[0]?.spans ?? [])).toEqual(["needle"]);
  expect(textOf(lines[0]?.spans ?? []).length).toBeLessThan(500);
});

test("each match of a long line that is shown is marked, behind characters of two units, too", () => {
  const line = `${"🦉".repeat(1_000)}${"ab🦉 ".repeat(500)}`;
  const ranges = Array.from({ length: 500 }, (_, n) => range(1, 1_001 + n * 4, 1_003 + n * 4));
  const marked = markedOf(foundLines(chunk(line, 1, ...ranges)).lines[0]?.spans ?? []);
  expect([marked.length, new Set(marked)]).toEqual([64, new Set(["ab"])]);
});

test("the matches of other lines cost a line nothing", () => {
  let looks = 0;
  const counted = Array.from({ length: 2_000 }, (_, n): Range => {
    const { start, end } = range(n + 1, 1, 2);
    return {
      get start() {
        looks += 1;
        return start;
      },
      end,
    };
  });
  const { lines } = foundLines(chunk("a\n".repeat(2_000), 1, ...counted));
  expect(lines.every((line) => line.matches === 1 && markedOf(line.spans)[0] === "a")).toBe(true);
  expect(looks).toBeLessThan(20 * counted.length);
});
