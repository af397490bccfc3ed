import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { emailTried, nameOfEmail, safeNextPath } from "./rules";

describe("safeNextPath", () => {
  it.each([
    "/gurus",
    "/gurus/docs?tab=a&b=%20c#here",
    "/settings/audit-logs?event=1",
    "/%2F%2Fevil.example",
    "/a%5Cb",
    "/",
  ])("keeps the path %s", (path) => {
    expect(safeNextPath(path)).toBe(path);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "///evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "%2F%2Fevil.example",
    "evil.example",
    "",
    "/sign-in?next=/sign-in",
    "/sign-out",
    "/api/auth/signout",
    `/${"x".repeat(3_000)}`,
    undefined,
    null,
    ["/a", "/b"],
    { toString: () => "/a" },
  ])("leads %j to the start page", (path) => {
    expect(safeNextPath(path)).toBe("/");
  });

  it("never leads to another site, whatever is asked for", () => {
    const piece = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "%2f",
      "%5c",
      "%2e",
      "\t",
      "\n",
      "@",
      ":",
      "?",
      "#",
      "evil.example",
      "javascript:",
      "a",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((p) => p.join("")),
          fc.string(),
        ),
        (text) => {
          const path = safeNextPath(text);
          expect(path.startsWith("/")).toBe(true);
          expect(new URL(path, "https://log.example").origin).toBe("https://log.example");
          expect(safeNextPath(path)).toBe(path);
        },
      ),
      { numRuns: propertyRuns(5_000) },
    );
  });
});

it("takes what was typed for an address only if it is one", () => {
  expect(emailTried("i.berg@halden.example")).toBe("i.berg@halden.example");
  for (const text of [
    "hunter2 hunter2",
    "a@b",
    "@",
    "",
    "a@b.example, c@d.example",
    "\0a@b.example",
    `${"a".repeat(320)}@b.example`,
  ]) {
    expect(emailTried(text)).toBeNull();
  }
});

it("names an account after its address", () => {
  expect(nameOfEmail("i.berg@halden.example")).toBe("i.berg");
});
