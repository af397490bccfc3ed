import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { giveBack, PlainBytes, RowTexts } from "./copy-rows";

const header = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

function row(bytes: Uint8Array, columns = 1, length = bytes.length): Buffer {
  const head = Buffer.alloc(6);
  head.writeInt16BE(columns, 0);
  head.writeInt32BE(length, 2);
  return Buffer.concat([head, bytes]);
}

function taken(parts: Buffer[]): Buffer {
  const texts = new RowTexts();
  const out: Buffer[] = [];
  for (const part of parts) {
    texts.push(part);
    out.push(texts.take());
  }
  texts.end();
  return Buffer.concat(out);
}

describe("the texts of a copy in binary form", () => {
  it("come out whole and in order, wherever the bytes are cut", () => {
    const texts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 300 }), { maxLength: 8 }), (rows, cuts) => {
        const all = Buffer.concat([header, ...rows.map((bytes) => row(bytes)), trailer]);
        const places = [...cuts.filter((at) => at < all.length), 0, all.length].sort((a, b) => a - b);
        const parts = places.slice(1).map((to, i) => all.subarray(places[i], to));
        expect(taken(parts)).toEqual(
          Buffer.concat(rows.map((bytes) => Buffer.concat([bytes, Buffer.from("\n")]))),
        );
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it("may be larger than what is handed over at once", () => {
    const large = Buffer.alloc(300_000, "x");
    expect(taken([header, row(large), row(large), trailer])).toHaveLength(600_002);
  });

  it.each([
    ["of another form", [Buffer.from("id,time\n1,2\n3,4 and so on\n")]],
    ["with two columns", [header, row(Buffer.from("x"), 2)]],
    ["that is null", [header, row(Buffer.alloc(0), 1, -1)]],
    ["that goes on behind its end", [header, trailer, row(Buffer.from("x"))]],
    ["that is cut", [header, row(Buffer.from("x"))]],
    ["that is cut in its header", [header.subarray(0, 15)]],
  ])("are refused of a copy %s", (_, parts) => {
    expect(() => taken(parts)).toThrow(/copy/);
  });
});

describe("chunks", () => {
  const chunkOf = (bytes: PlainBytes, text: string) => {
    bytes.push(Buffer.from(text));
    return bytes.take();
  };

  it("are left alone until they are given back, and then filled again, once", () => {
    const bytes = new PlainBytes();
    const kept = ["a", "b", "c"].map((text) => chunkOf(bytes, text));
    for (const chunk of kept) giveBack(chunk.subarray(0, 1));
    for (const chunk of kept) giveBack(chunk);
    const later = Array.from({ length: 30 }, (_, i) => chunkOf(bytes, `later ${i}`));
    expect(later.map(String)).toEqual(later.map((_, i) => `later ${i}`));
    expect(new Set(later.map((chunk) => chunk.buffer)).size).toBe(30);
    expect(later.some((chunk) => kept.some((old) => old.buffer === chunk.buffer))).toBe(true);
  });

  it("of others are not taken", () => {
    const own = Buffer.alloc(147_456, "x");
    giveBack(own);
    const bytes = new PlainBytes();
    const later = Array.from({ length: 30 }, () => chunkOf(bytes, "y"));
    expect(later.some((chunk) => chunk.buffer === own.buffer)).toBe(false);
    expect(own.every((byte) => byte === 0x78)).toBe(true);
  });
});
