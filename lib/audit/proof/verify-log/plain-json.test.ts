import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { canonicalJson } from "../canonical-json";
import { exactJson } from "../exact-json";
import { plainJson } from "./plain-json";

/** As Postgres writes jsonb: a space after each colon and comma. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, part]) => `${JSON.stringify(key)}: ${spaced(part)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}

function longWay(json: string): string | null {
  try {
    const value = exactJson(json);
    return value === null ? null : canonicalJson(value);
  } catch {
    return null;
  }
}

const text = fc.oneof(
  fc.constantFrom("", '"', "\\", "\n", "é", "𝒳", "\u2028", "__proto__", "10", "9", "\ud800"),
  fc.string({ unit: "binary" }),
);
const { value: plain } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
  ),
}));

it("plain JSON, spaced as the database spaces it, comes out as the long way writes it", () => {
  let answered = 0;
  fc.assert(
    fc.property(plain, (value) => {
      const json = spaced(value);
      const found = plainJson(json);
      if (found === null) return;
      answered += 1;
      expect(found).toBe(longWay(json));
    }),
    { numRuns: propertyRuns(1000) },
  );
  expect(answered).toBeGreaterThan(300);
});

it("one character more, less or other is never read as something that the long way reads otherwise", () => {
  const signs = fc.constantFrom(...'[]{}:,"\\ \t0159-+.eEtfnu\u0000a'.split(""));
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(1), fc.option(signs), (value, where, cut, sign) => {
      const json = spaced(value);
      const at = where % (json.length + 1);
      const changed = json.slice(0, at) + (sign ?? "") + json.slice(at + cut);
      const found = plainJson(changed);
      if (found !== null) expect(found).toBe(longWay(changed));
    }),
    { numRuns: propertyRuns(2000) },
  );
});

it.each([
  ["a key that stands twice", '{"a": 1, "a": 2}'],
  ["a key that stands twice, spelt in two ways", '{"a": 1, "\\u0061": 2}'],
  ["null in place of a value", "null"],
  ["a fraction", '{"a": 5.0}'],
  ["an exponent", "[1e3]"],
  ["negative zero", "[-0]"],
  ["a zero in front", "[01]"],
  ["a number that is perhaps not exact", "[1234567890123456]"],
  ["half of a surrogate pair", '["\\ud800"]'],
  ["an escape that there is not", '["\\x"]'],
  ["a control character", '["\u0001"]'],
  ["a text without end", '"a'],
  ["something behind the end", "[] []"],
  ["a comma too many", "[1, ]"],
  ["no JSON", "undefined"],
  ["nothing", ""],
  ["much nesting", "[".repeat(150) + "]".repeat(150)],
])("%s is left to the long way", (_, json) => {
  expect(plainJson(json)).toBeNull();
});

it("what came before leaves nothing behind", () => {
  expect(plainJson("[".repeat(90))).toBeNull();
  const deep = "[".repeat(90) + "]".repeat(90);
  expect(plainJson(deep)).toBe(deep);
});
