import { expect, it } from "vitest";
import { outcomeText } from "./report-text";

it("shows what somebody wrote into a file, and lets no terminal obey it", () => {
  const text = outcomeText({
    verified: false,
    what: "The proof of event \u001b[2K",
    facts: [["User", "a\u009b8m\u202eb\nVERIFIED"]],
    signed: { by: null, pinned: false },
    findings: [{ kind: "added", id: "\u001b[8m", message: "it" }],
    findingCount: 1,
  });
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
  expect(text).toContain("ADDED [ESC][8m: it");
  expect(text.split("\n").filter((line) => line.startsWith("VERIFIED"))).toEqual([]);
  expect(text).toMatch(/\nDOES NOT VERIFY: 1 finding\.\n$/);
});
