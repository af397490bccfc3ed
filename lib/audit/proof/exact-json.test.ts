import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { exactJson } from "./exact-json";

const key = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "a", "10", '"', "\\\\", '\\"', ":", "{", "5.0"),
);
const leaf = fc.oneof(
  fc.maxSafeInteger().map((n) => n + 0), // no -0, which JSON spells as 0
  fc.boolean(),
  fc.constant(null),
  key,
);
const { value: recordedValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));

describe("exact JSON", () => {
  it("reads whatever the recorder may write, spaced or not", () => {
    fc.assert(
      fc.property(recordedValue, (value) => {
        for (const spaces of [0, 2]) {
          const text = JSON.stringify(value, null, spaces);
          expect(exactJson(text)).toEqual(JSON.parse(text));
        }
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it.each([
    "5.0",
    "5.00000000000000000001",
    "-0",
    "1e2",
    "1E2",
    "0.1",
    "9007199254740993",
    "1e400",
    '{"a": [1, 2.0]}',
    '{"a": 1, "a": 2}',
    '{"a": {"b": 1, "b": 1}}',
    '{"a": 1, "\\u0061": 2}',
    '{"__proto__": 1, "__proto__": 2}',
    `${"[".repeat(201)}${"]".repeat(201)}`,
    "[".repeat(1_000_000),
    '"no end',
    '"\\"',
    '"a\\\\"b"',
    "",
    "[1,]",
    "01",
    "+1",
    "NaN",
    "undefined",
  ])("refuses %j", (text) => {
    expect(() => exactJson(text)).toThrow();
  });

  it("leaves numbers, braces and colons in texts alone", () => {
    for (const text of [
      '"5.0"',
      '{"5.0":"1e2, {\\": 5.0"}',
      '["\\\\", "\\\\\\"5.0"]',
      `"${"[".repeat(1_000)}"`,
    ])
      expect(exactJson(text)).toEqual(JSON.parse(text));
  });

  it("reads ten megabytes of text without running out of stack", () => {
    for (const filling of ["x", '\\"', "\\\\", "\\u0041"]) {
      const text = `{"a":"${filling.repeat(5_000_000 / filling.length)}"}`;
      expect(exactJson(text)).toEqual(JSON.parse(text));
    }
  });
});
