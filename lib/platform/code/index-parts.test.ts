import { inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { SegmentIndexer } from "./indexing/segment-indexer";
import { countLines, mostParts, splitParts } from "./parts";
import { bucketOf, mostPartsOfSegment, PostingsBuilder, readPosting } from "./postings";
import { endOfPieces } from "./trigrams";

const wellFormed = fc.string({ unit: "binary", maxLength: 60 });

describe("parts", () => {
  it("are the text again, of whole lines, and not many more than its size asks for", () => {
    const line = fc.tuple(wellFormed, fc.nat(40)).map(([text, times]) => text.repeat(times * 20));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join("\n").toWellFormed();
        const parts = splitParts(text);
        expect(parts.map((part) => part.text).join("")).toBe(text);
        const bytes = Buffer.byteLength(text);
        expect(parts.length).toBeLessThanOrEqual(mostParts(bytes));
        let at = 0;
        let firstLine = 1;
        for (const part of parts) {
          expect(part).toMatchObject({ byteOffset: at, firstLine, bytes: Buffer.byteLength(part.text) });
          at += part.bytes;
          firstLine += part.text.split("\n").length - 1;
          if (at < bytes) expect(part.text.endsWith("\n")).toBe(true);
          if (part.bytes > 16_384) expect(part.text.slice(0, -1)).not.toContain("\n");
        }
      }),
      { numRuns: propertyRuns(100) },
    );
    expect(splitParts("")).toEqual([]);
    expect([countLines(""), countLines("a"), countLines("a\n"), countLines("a\n\r\nb")]).toEqual([
      0, 1, 1, 3,
    ]);
  });
});

describe("postings", () => {
  it("give back which parts have which key, and nothing for others", () => {
    const key = fc.oneof(fc.nat(40), fc.nat(endOfPieces), fc.integer({ min: 2 ** 31, max: 2 ** 32 - 1 }));
    const keys = fc.array(fc.uniqueArray(key, { maxLength: 40 }), { maxLength: 200 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 20 }), key, (parts, gap, other) => {
        const builder = new PostingsBuilder();
        const expected = new Map<number, number[]>();
        for (const [n, keys] of parts.entries()) {
          builder.add(n * gap, keys);
          for (const one of keys) expected.set(one, [...(expected.get(one) ?? []), n * gap]);
        }
        const { buckets, data } = builder.finish();
        expect(data.length).toBe(buckets);
        const read = (one: number) => readPosting(data[bucketOf(one, buckets)] ?? Buffer.alloc(0), one);
        for (const [one, found] of expected) expect([...(read(one) ?? [])]).toEqual(found);
        if (!expected.has(other)) expect(read(other)).toBeNull();
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it("of a whole segment fit into rows of a few kilobytes", () => {
    const builder = new PostingsBuilder();
    for (let part = 0; part < mostPartsOfSegment; part++)
      builder.add(
        part,
        Array.from({ length: 100 }, (_, n) => (n < 50 ? n : ((part * 7_919 + n * 104_729) >>> 0) % 2 ** 25)),
      );
    const { buckets, data } = builder.finish();
    expect(Math.max(...data.map((one) => one.length))).toBeLessThan(8_000);
    expect(readPosting(data[bucketOf(7, buckets)] ?? Buffer.alloc(0), 7)).toHaveLength(mostPartsOfSegment);
  });
});

it("a symbol is written down with what its name takes in the text, where that is written otherwise there", () => {
  const found = [
    { name: "Money", kind: "struct", parent: null, line: 1, column: 8 },
    { name: "operator+", kind: "method", parent: "Money", line: 2, column: 8, length: 10 },
  ];
  const { parts } = new SegmentIndexer().add("struct Money {\nMoney  operator +(Money a);\n}\n", "C#", found);
  const [part] = parts;
  expect(JSON.parse(inflateRawSync(part?.symbols ?? Buffer.alloc(0)).toString())).toEqual([
    [1, 8, "Money", "struct", null, 5],
    [2, 8, "operator+", "method", "Money", 10],
  ]);
});
