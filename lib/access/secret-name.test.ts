import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { secretNameOf } from "./secret-name";

it("reads the name in a reference, and nothing in any other text", () => {
  expect(secretNameOf("{GITHUB_TOKEN}")).toBe("GITHUB_TOKEN");
  expect(secretNameOf("  {a_1}\n")).toBe("a_1");
  for (const text of [
    "",
    "{}",
    "{ }",
    "GITHUB_TOKEN",
    "{A} ",
    "{A}{B}",
    "x{A}",
    "{A-B}",
    "{A\n}",
    "{Ä}",
    "{{A}}",
  ])
    expect([text, secretNameOf(text)]).toEqual([text, text === "{A} " ? "A" : null]);
  expect(secretNameOf(`{${"A".repeat(65)}}`)).toBeNull();
});

it("finds every name that a secret may have", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_]{1,64}$/), (name) => {
      expect(secretNameOf(`{${name}}`)).toBe(name);
    }),
    { numRuns: propertyRuns(200) },
  );
});
