import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { trustScore } from "./trust-score";

const question = ["roll", "back", "gateway", "night"];
const stems = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 6 });

it.each([
  ["quoted", [["roll", "back", "gateway", "night", "more"]], null, 100],
  ["quoted", [["roll", "back"]], null, 50],
  // Each passage has half of the words, both together have all.
  [
    "quoted",
    [
      ["roll", "back"],
      ["gateway", "night"],
    ],
    null,
    75,
  ],
  ["quoted", [], null, 0],
  ["written", [question], ["roll", "back", "gateway", "night"], 100],
  // Nothing that was written stands in the passages.
  ["written", [question], ["moon", "cheese"], 50],
  ["written", [question], ["roll", "moon"], 75],
  ["written", [question], [], 50],
  ["nothing_found", [], null, 0],
  ["not_answered", [question], ["roll"], 0],
  ["failed", [question], ["roll"], 0],
  ["stopped", [question], ["roll"], 0],
  ["lost", [question], null, 0],
] as const)("of %s with passages %j and the answer %j is %4$i", (outcome, passages, answer, expected) => {
  expect(trustScore(outcome, { question, passages, answer })).toBe(expected);
});

it("is a whole number from 0 to 100, and no passage more makes it less", () => {
  fc.assert(
    fc.property(stems, fc.array(stems), stems, fc.option(stems), (asked, passages, another, answer) => {
      const outcome = answer === null ? "quoted" : "written";
      const score = trustScore(outcome, { question: asked, passages, answer });
      expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
      const more = trustScore(outcome, { question: asked, passages: [...passages, another], answer });
      expect(more).toBeGreaterThanOrEqual(score);
    }),
    { numRuns: propertyRuns(200) },
  );
});
