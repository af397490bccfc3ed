import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { globProblem, matchesAny } from "./path-globs";

describe("a pattern", () => {
  it.each([
    ["*.md", "README.md", true],
    ["*.md", "docs/a/b.md", true],
    ["docs/*.md", "docs/a.md", true],
    ["docs/*.md", "docs/a/b.md", false],
    ["docs/**/*.md", "docs/b.md", true],
    ["docs/**/*.md", "docs/a/a/b.md", true],
    ["docs/", "docs/a/b.txt", true],
    ["/docs/**", "docs/a.txt", true],
    ["docs/**", "documents/a.txt", false],
    ["src/?.ts", "src/a.ts", true],
    ["src/?.ts", "src/ab.ts", false],
    ["node_modules/**", "a/node_modules/b.js", false],
    ["**/node_modules/**", "a/node_modules/b.js", true],
    [".github/**", ".github/workflows/ci.yml", true],
    ["*", ".env", true],
    ["a*b*c", "aXbXbXc", true],
    ["a*b*c", "aXbX", false],
    ["", "a", false],
  ])("%s, %s: %s", (glob, path, is) => expect(matchesAny([glob], path)).toBe(is));

  it("means the same as in a library that is known for it", () => {
    const name = fc.stringMatching(/^[ab.]{1,4}$/).filter((one) => !/^\.{1,2}$/.test(one));
    const part = fc.oneof(
      fc.constant("**"),
      fc.stringMatching(/^[ab.*?]{1,5}$/).filter((one) => !/\*\*|^\.{1,2}$/.test(one)),
    );
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
    const glob = fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(glob, path, (pattern, file) => {
        // There a last `**` wants to stand for something, and a star for a letter at least.
        fc.pre(
          !pattern.endsWith("**") && !/(^|\/)\*+(\/|$)/.test(pattern.replaceAll(/(^|\/)\*\*(?=\/)/g, "")),
        );
        expect(matchesAny([pattern], file)).toBe(
          picomatch(pattern, { dot: true, noextglob: true, fastpaths: false })(file),
        );
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it("made to be slow is not", () => {
    const slow = [`${"*a".repeat(99)}b`, `${"**/".repeat(60)}b`, `${"*a*/**/".repeat(25)}b`];
    const path = Array.from({ length: 40 }, () => "a".repeat(100)).join("/");
    const before = performance.now();
    for (const glob of slow) {
      expect(globProblem(glob)).toBeNull();
      expect(matchesAny([glob], path)).toBe(false);
    }
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it.each(["[ab].md", "{a,b}.md", "!(a).md", "a\\b", "a\0b", "a\u202Eb", "x".repeat(201)])(
    "%j is refused",
    (glob) => expect(globProblem(glob)).toMatch(/^A pattern/),
  );
});
