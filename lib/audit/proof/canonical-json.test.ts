import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { canonicalJson } from "./canonical-json";

/** RFC 8785, appendix B: the bits of a number and how it is written. */
const numbers: [bits: string, text: string][] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

describe("canonical JSON", () => {
  it.each(numbers)("writes the number %s as RFC 8785 does: %s", (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
  });

  it("writes the RFC's example of section 3.2.2 as the RFC does", () => {
    const given = String.raw`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`;
    expect(canonicalJson(JSON.parse(given))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts the RFC's keys of section 3.2.3 by their UTF-16 units", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
    expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join()}}`);
  });

  it("is what another implementation writes, for any JSON, and reads back as the same", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme", maxDepth: 6 }), (value) => {
        const text = canonicalJson(value);
        expect(text).toBe(canonicalize(value));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it("keeps keys that JavaScript treats as special", () => {
    const value: unknown = JSON.parse('{"__proto__":1,"constructor":2,"10":3,"9":4,"toJSON":5}');
    expect(canonicalJson(value)).toBe('{"10":3,"9":4,"__proto__":1,"constructor":2,"toJSON":5}');
  });

  it("refuses what JSON cannot hold, lone surrogates too", () => {
    const wrong = [
      undefined,
      () => 1,
      1n,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Symbol("s"),
      "\ud800",
      "a\udc00b",
    ];
    for (const value of wrong) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
      expect(() => canonicalJson({ a: [value] })).toThrow(TypeError);
    }
    expect(() => canonicalJson({ "\ud800": 1 })).toThrow(TypeError);
    expect(() => canonicalJson(new Array(2))).toThrow(TypeError);
  });
});
