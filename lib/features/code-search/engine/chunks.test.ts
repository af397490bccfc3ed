import { expect, it } from "vitest";
import { chunksOf, pathRanges } from "./chunks";
import { PartText } from "./part-texts";

const partOf = (text: string, firstLine: number, byteOffset: number) =>
  new PartText({
    ...{ segmentId: 1, ordinal: 0, firstLine, byteOffset },
    ...{ bytes: Buffer.byteLength(text), data: Buffer.from(text) },
  });

it("places are of the file, in every chunk of a part and on every line of a chunk", () => {
  const text = "é1\n👋👋x é x\nplain\nfour é\nx\n";
  const hits = [
    { part: 3, line: 11, from: 4, to: 5 },
    { part: 3, line: 11, from: 8, to: 9 },
    { part: 3, line: 13, from: 5, to: 6 },
    { part: 3, line: 14, from: 0, to: 1 },
  ];
  const at = (byteOffset: number, lineNumber: number, column: number) => ({ byteOffset, lineNumber, column });
  expect(chunksOf(hits, new Map([[3, partOf(text, 10, 100)]]), 0)).toEqual([
    {
      content: "👋👋x é x",
      contentStart: at(104, 11, 1),
      matchRanges: [
        { start: at(112, 11, 3), end: at(113, 11, 4) },
        { start: at(117, 11, 7), end: at(118, 11, 8) },
      ],
    },
    {
      content: "four é\nx",
      contentStart: at(125, 13, 1),
      matchRanges: [
        { start: at(130, 13, 6), end: at(132, 13, 7) },
        { start: at(133, 14, 1), end: at(134, 14, 2) },
      ],
    },
  ]);
});

it("ranges of a path are counted from its beginning", () => {
  expect(
    pathRanges("é/👋/x", [
      { from: 5, to: 6 },
      { from: 2, to: 4 },
    ]),
  ).toEqual([
    {
      start: { byteOffset: 3, lineNumber: 1, column: 3 },
      end: { byteOffset: 7, lineNumber: 1, column: 4 },
    },
    {
      start: { byteOffset: 8, lineNumber: 1, column: 5 },
      end: { byteOffset: 9, lineNumber: 1, column: 6 },
    },
  ]);
});
