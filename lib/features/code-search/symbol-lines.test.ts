import { expect, test } from "vitest";
import type { Chunk, Location } from "./engine/types";
import { matchedSymbols } from "./symbol-lines";

/** A chunk of one line with a match of so many characters at each of the columns. */
function chunkOf(content: string, columns: readonly number[], length: number): Chunk {
  const at = (column: number): Location => ({ byteOffset: column - 1, lineNumber: 7, column });
  return {
    content,
    contentStart: at(1),
    matchRanges: columns.map((column) => ({ start: at(column), end: at(column + length) })),
  };
}

const matchesOf = (chunk: Chunk) => [...matchedSymbols({ chunks: [chunk] })].map(({ match }) => match);

test("a line of up to 2,000 characters is given whole, with nothing beside it", () => {
  const line = `${"x".repeat(1_994)}needle`;
  expect(matchesOf(chunkOf(`${line}\r`, [1_995], 6))).toEqual([
    { lineContent: line, range: chunkOf(line, [1_995], 6).matchRanges[0] },
  ]);
});

test("of a longer line each match has the piece around it, and how much is cut", () => {
  const line = `needle${"🦉 ".repeat(5_000)}needle${"é".repeat(5_000)}needle`;
  const characters = [...line];
  const columns = [1, 10_007, 15_013];
  for (const [n, { lineContent, lineCut, range }] of matchesOf(chunkOf(line, columns, 6)).entries()) {
    expect(range.start.column).toBe(columns[n]);
    const { before, behind } = lineCut ?? { before: -1, behind: -1 };
    expect(lineContent).toBe(characters.slice(before, characters.length - behind).join(""));
    expect(lineContent.isWellFormed()).toBe(true);
    const from = range.start.column - 1 - before;
    expect([...lineContent].slice(from, from + 6).join("")).toBe("needle");
    expect(lineContent.length).toBeLessThanOrEqual(1_200);
    // As much as a page shows of what stands behind a match, where there is as much.
    expect(lineContent.length - from).toBeGreaterThanOrEqual(n === 2 ? 6 : 600);
  }
});

test("1,000 matches of a line of a megabyte are less than two megabytes", () => {
  const columns = Array.from({ length: 1_000 }, (_, n) => n * 1_000 + 1);
  const matches = matchesOf(chunkOf(`needle${" ".repeat(994)}`.repeat(1_000), columns, 6));
  expect(matches).toHaveLength(1_000);
  expect(JSON.stringify(matches).length).toBeLessThan(2_000_000);
});
