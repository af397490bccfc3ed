import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { linePieces } from "./line-pieces";
import { lineLink } from "./web-link";

describe("pieces of a file", () => {
  it("begin at a line, are shorter than a passage, and leave out nothing but blank ends", () => {
    const line = fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 60 }),
      fc.string({ minLength: 900, maxLength: 3_000 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.map((one) => one.toWellFormed().replaceAll(/[\r\n]/g, " ")).join("\n");
        const whole = text.split("\n");
        const pieces = [...linePieces(text)];
        for (const { text: piece, line: at } of pieces) {
          expect(piece.length).toBeLessThanOrEqual(1_200);
          expect(piece.isWellFormed()).toBe(true);
          expect(whole[at - 1]).toContain(piece.split("\n")[0]);
        }
        const bare = (one: string) => one.replaceAll(/\s/g, "");
        expect(bare(pieces.map((piece) => piece.text).join(""))).toBe(bare(text));
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it("count lines from 1, of files with any line ends", () => {
    expect([...linePieces("\r\n\r\nfirst\r\n")]).toEqual([{ text: "first\n\n", line: 3 }]);
    expect([...linePieces("")]).toEqual([]);
    expect([...linePieces(" \n\t\n")]).toEqual([]);
  });
});

describe("the link of a line", () => {
  const at = { commit: "abc", path: "docs/a b#1.md", line: 7 };
  it.each([
    [
      "https://github.com/team/handbook.git",
      "https://github.com/team/handbook/blob/abc/docs/a%20b%231.md#L7",
    ],
    ["https://gitlab.example.com/a/b/c/", "https://gitlab.example.com/a/b/c/-/blob/abc/docs/a%20b%231.md#L7"],
    [
      "https://bitbucket.org/team/handbook",
      "https://bitbucket.org/team/handbook/src/abc/docs/a%20b%231.md#lines-7",
    ],
    [
      "https://codeberg.org/team/handbook",
      "https://codeberg.org/team/handbook/src/commit/abc/docs/a%20b%231.md#L7",
    ],
    ["https://git.example.com/team/handbook", "https://git.example.com/team/handbook"],
    ["https://notgithub.example/team/handbook", "https://notgithub.example/team/handbook"],
  ])("%s", (repository, link) => expect(lineLink(repository, at)).toBe(link));
});
