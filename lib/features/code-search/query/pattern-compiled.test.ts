import { describe, expect, test } from "vitest";
import { compilePattern, type Pattern } from "./pattern";

function compiled(source: string, isCaseSensitive = false): Pattern {
  const result = compilePattern(source, isCaseSensitive);
  if (!result.ok) throw new Error(`${source}: ${result.message}`);
  return result.pattern;
}

describe("a pattern", () => {
  test("is a literal or an exact name when nothing else stands in it", () => {
    expect(compiled("foo\\.Bar").literal).toBe("foo.Bar");
    expect(compiled("^useState$").exactName).toBe("useState");
    for (const source of ["foo.", "foo|bar", "(foo)", "(?i)foo", "fo+", "", "^foo"])
      expect([source, compiled(source).literal]).toEqual([source, null]);
    for (const source of ["useState$", "^useState", "^$", "^a$b$", "^(?i)a$"])
      expect([source, compiled(source).exactName]).toEqual([source, null]);
  });

  test("matches in either case only where it was compiled so", () => {
    expect(compiled("straße", false).re.matcher("STRAẞE").find()).toBe(true);
    expect(compiled("foo", true).re.matcher("FOO").find()).toBe(false);
    expect(compiled("foo", false).re.matcher("FOO").find()).toBe(true);
  });

  test("that is not valid is told with its place and what to do", () => {
    const table: [string, number, RegExp][] = [
      ["ab(c", 2, /parenthesis is not closed/],
      ["ab)c", 2, /opens a parenthesis/],
      ["[)](", 3, /not closed/],
      ["ab[c", 2, /bracket is not closed/],
      ["ab**", 2, /repeats a repetition/],
      ["*ab", 0, /nothing here to repeat/],
      ["ab\\y", 2, /backslash escapes nothing/],
      ["ab\\1", 2, /backslash escapes nothing/],
      ["ab(?=c)", 2, /kind of group/],
      ["ab(?<=c)", 2, /group/],
      ["ab(?<!c)", 2, /group/],
      ["a[z-b]", 2, /range/],
      ["ab{1001}", 2, /too often/],
      ["(?P<n>a)(?P<n>b)", 4, /same name/],
      ["\\pX", 0, /class/],
    ];
    for (const isCaseSensitive of [true, false])
      for (const [source, position, message] of table)
        expect([source, compilePattern(source, isCaseSensitive)]).toEqual([
          source,
          { ok: false, position, message: expect.stringMatching(message) },
        ]);
  });

  test("that is too long or takes too many instructions is refused before it costs anything", () => {
    expect(compilePattern("a".repeat(1000), true)).toMatchObject({ ok: true });
    expect(compilePattern("a".repeat(1001), true)).toMatchObject({ ok: false, position: 1000 });
    expect(compilePattern("x".repeat(10_000_000), true)).toMatchObject({ ok: false, position: 1000 });
    for (const source of [
      ".{1000}".repeat(140),
      "((a{100}){100}){100}",
      "(?:\\pL{500}\\pN){50}",
      "(".repeat(500) + ")".repeat(500),
    ])
      expect(compilePattern(source, false)).toSatisfy(
        (result) => result.ok || /too large|too often/.test(result.message),
      );
    expect(compilePattern(".{1000}".repeat(140), false)).toMatchObject({ ok: false });
  });

  test("that repeats what repeats, a hundred times over, is read once", () => {
    const nested = (times: number) => `${"(".repeat(times)}.${"){1}".repeat(times)}`;
    expect(compiled(nested(100)).required).toEqual({ any: true });
    expect(compiled(`abc${nested(100)}`).required).toEqual({ literal: "abc" });
  });

  test("of half a pair is no literal: text has none", () => {
    for (const half of ["\\x{d83d}", "\\x{de00}", "\\x{d83d}\\x{de00}"]) {
      expect(compiled(half).literal).toBeNull();
      expect(compiled(`^${half}$`).exactName).toBeNull();
    }
  });
});
