import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { answerSlug } from "./answer-slug";

const id = "019a0000-0000-7000-8000-0000deadbeef";

it.each([
  ["How do I roll back the gateway?", "how-do-i-roll-back-the-gateway-deadbeef"],
  ["  Größe & Élan: 100 %  ", "gro-e-elan-100-deadbeef"],
  ["日本語？", "deadbeef"],
  ["../../etc/passwd\u0000<script>", "etc-passwd-script-deadbeef"],
])("of %j is %j", (question, slug) => expect(answerSlug(question, id)).toBe(slug));

it("has letters, digits and single dashes alone, whatever was asked", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (question) => {
      expect(answerSlug(question, id)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(answerSlug(question, id).length).toBeLessThanOrEqual(90);
    }),
    { numRuns: propertyRuns(200) },
  );
});
