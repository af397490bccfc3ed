import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { contentKeys, literalKeys, speltKeys } from "./trigrams";

const keysOf = (text: string) => {
  const keys = new Set<number>();
  contentKeys(text, keys);
  return keys;
};
const has = (text: string, literal: string) => {
  const keys = keysOf(text);
  return speltKeys(literal).every((key) => keys.has(key));
};

describe("keys of text as it is spelt", () => {
  it("are those of each text that has it", () => {
    const text = fc
      .array(fc.constantFrom("a", "B", "c", "K", "\u212a", "\u017f", "é", "É", "1", " ", "👋", "𐐀", "\n"), {
        maxLength: 30,
      })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(16), (whole, at, length) => {
        const points = [...whole];
        const from = at % (points.length + 1);
        const literal = points.slice(from, from + length).join("");
        if (!literal.includes("\n")) expect(has(whole, literal)).toBe(true);
      }),
      { numRuns: propertyRuns(2_000) },
    );
  });

  it("are not those of text that is spelt otherwise", () => {
    expect(has("a Promise of", "Promise")).toBe(true);
    expect(has("a promise of", "Promise")).toBe(false);
    expect(has("xMITy", "MIT(")).toBe(false);
    expect(has("commit(x)", "MIT(")).toBe(false);
    expect(has("MIT(x)", "MIT(")).toBe(true);
    expect(has("MI\nT(x)", "MIT(")).toBe(false);
    expect(has("l'été", "été")).toBe(true);
    expect(has("L'ÉTÉ", "été")).toBe(false);
  });

  it("are as many as the literal has, those without a capital as they are when folded", () => {
    expect(speltKeys("Ab")).toEqual([]);
    expect(speltKeys("Abc")).toHaveLength(1);
    expect(speltKeys("aBcd")).toHaveLength(2);
    expect(speltKeys("promise")).toEqual(literalKeys("promise"));
    const last = literalKeys("omise");
    expect(speltKeys("Promise")).toHaveLength(3);
    expect(speltKeys("Promise").filter((key) => last.includes(key))).toEqual(last);
    expect(speltKeys("promisE").filter((key) => literalKeys("promis").includes(key))).toHaveLength(2);
  });
});
