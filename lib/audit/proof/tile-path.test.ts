import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashesAt, parseTilePath, tilePath, tilesOf, tileWidth } from "./tile-path";

describe("the address of a tile", () => {
  it("is that of the examples in C2SP tlog-tiles", () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
    expect(tilePath({ level: 1, index: 0, width: 1 })).toBe("tile/1/000.p/1");
    expect(tilePath({ level: 0, index: 999, width: 256 })).toBe("tile/0/999");
    expect(tilePath({ level: 0, index: 1000, width: 112 })).toBe("tile/0/x001/000.p/112");
  });

  it("reads back as the tile, whatever tile", () => {
    const tiles = fc.record({
      level: fc.integer({ min: 0, max: 5 }),
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tiles, (tile) => {
        expect(parseTilePath(tilePath(tile).slice("tile/".length))).toEqual(tile);
      }),
    );
  });

  it("is null for every other spelling", () => {
    for (const wrong of [
      "",
      "0",
      "0/",
      "0/1",
      "0/0001",
      "6/000",
      "0/x000/001",
      "0/x001/x02",
      "0/000.p/257",
      "0/000.P/1",
      "0/000 ",
      "0/x999/x999/x999/x999/x999/999",
      "entries/000",
      "0/000\n",
      "0/٠٠٠",
    ])
      expect([wrong, parseTilePath(wrong)]).toEqual([wrong, null]);
  });

  it("the tiles of a tree hold each of its complete nodes of every eighth level once", () => {
    for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 200_000]) {
      const held = [0, 1, 2].map((level) =>
        tilesOf(size)
          .filter((t) => t.level === level)
          .reduce((sum, t) => sum + t.width, 0),
      );
      expect(held).toEqual([0, 1, 2].map((level) => hashesAt(level, size)));
      expect(held[1]).toBe(Math.floor(size / tileWidth));
    }
  });
});
