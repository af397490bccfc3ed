import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { inSentence, mailText } from "./words";

it.each([
  ["Ada\r\nBcc: spy@evil.example", "Ada Bcc: spy@evil.example"],
  ["  many \t blanks  ", "many blanks"],
  ["turned\u202earound", "turned around"],
  ["nul\0", "nul"],
  ["Þóra 注意", "Þóra 注意"],
])("%j stands in a sentence as %j", (text, shown) => {
  expect(inSentence(text)).toBe(shown);
});

it("a name is one line of at most a hundred characters, whatever it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const shown = inSentence(name);
      expect(shown.length).toBeLessThanOrEqual(100);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

it("an address has a line of its own, and the foot says whose instance it is", () => {
  const text = mailText(
    { subject: "s", lines: ["Open this link:", "https://log.example/invite/x"] },
    "Halden\nWorks",
    "https://log.example",
  );
  expect(text.split("\n")).toEqual([
    "Open this link:",
    "",
    "https://log.example/invite/x",
    "",
    "--",
    "Gurulog of Halden Works",
    "https://log.example",
    "",
  ]);
});
