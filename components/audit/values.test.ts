import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText, cutValue, listText, valueText } from "./value-text";
import { wordDiff } from "./word-diff";

describe("recorded values", () => {
  it("show both sides of a change whole, whatever the difference", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, after) => {
        const diff = wordDiff(before, after);
        expect(diff.before.map((part) => part.text).join("")).toBe(before);
        expect(diff.after.map((part) => part.text).join("")).toBe(after);
      }),
    );
  });

  it("mark only the words that changed, and answer at once for long ones", () => {
    const { before, after } = wordDiff("cite one source", "cite two sources");
    expect(before.filter((part) => part.changed).map((part) => part.text)).toEqual(["one", "source"]);
    expect(after.filter((part) => part.changed).map((part) => part.text)).toEqual(["two", "sources"]);
    const long = wordDiff("a b ".repeat(5_000), "b a ".repeat(5_000));
    expect(long.before).toHaveLength(1);
  });

  it("that were cut say how long they were and what their hash is", () => {
    const sha256 = "ab".repeat(32);
    const cut = cutValue({ cut: "beginning", length: 12_345, sha256 });
    expect(cut && cutText(cut)).toBe(`cut, 12,345 characters, SHA-256 ${sha256}`);
    expect(cutValue({ length: 3, sha256: "short" })).toBeUndefined();
    expect(cutValue({ length: 3, sha256, other: 1 })).toBeUndefined();
    expect(cutValue(["length"])).toBeUndefined();
  });

  it("of a list stand one a line, unless a line of them could be taken for another", () => {
    expect(listText(["gift cards", "due date"])).toBe("gift cards\ndue date");
    expect(listText([])).toBe("");
    expect(listText(["one\ntwo"])).toBeUndefined();
    expect(listText(["one", 2])).toBeUndefined();
    expect(listText("one")).toBeUndefined();
  });

  it("tell no value from an empty one", () => {
    expect(valueText(null)).toBeNull();
    expect(valueText("")).toBe("");
    expect(valueText(false)).toBe("false");
  });
});
