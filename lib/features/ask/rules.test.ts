import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { safeLink } from "./rules";

it("links to http and https alone, without a name and password", () => {
  expect(safeLink("https://docs.example.com/a?b=1#c")).toBe("https://docs.example.com/a?b=1#c");
  expect(safeLink("HTTP://Docs.Example.com")).toBe("http://docs.example.com/");
  for (const text of [
    null,
    "",
    "docs.example.com",
    "/gurus",
    "//evil.example",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "blob:https://docs.example.com/1",
    "https://docs.example.com@evil.example/",
    "https://user:pass@docs.example.com/",
  ])
    expect([text, safeLink(text)]).toEqual([text, null]);
});

it("never makes anything else of a text", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((s) => `javascript:${s}`),
      ),
      (text) => {
        const link = safeLink(text);
        if (link !== null) expect(link).toMatch(/^https?:\/\//);
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});
