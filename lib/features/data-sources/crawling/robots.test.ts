import { describe, expect, it } from "vitest";
import { parseRobots } from "./robots";

const allows = (text: string, path: string) =>
  parseRobots(text).allows(new URL(path, "https://docs.example.com"));

describe("robots.txt", () => {
  it.each([
    ["User-agent: *\nDisallow: /private", "/private/a", false],
    ["User-agent: *\nDisallow: /private", "/public", true],
    ["User-agent: *\nDisallow:", "/a", true],
    ["User-agent: *\nDisallow: /", "/", false],
    ["User-agent: *\nDisallow: /\nAllow: /docs", "/docs/a", true],
    ["User-agent: *\nAllow: /a\nDisallow: /a", "/a", true],
    ["User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", false],
    ["User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", true],
    ["User-agent: *\nDisallow: /a*c", "/abbbc/d", false],
    ["User-agent: *\nDisallow: /a$", "/a", false],
    ["User-agent: *\nDisallow: /a$", "/ab", true],
    ["User-agent: *\nDisallow: /*?print=", "/a?print=1", false],
    ["User-agent: other\nDisallow: /", "/a", true],
    ["User-agent: *\nDisallow: /\n\nUser-agent: gurulog\nDisallow: /b", "/a", true],
    ["User-agent: Gurulog\nUser-agent: other\nDisallow: /b", "/b", false],
    ["User-agent: gurulog\nDisallow: /a\nUser-agent: gurulog\nDisallow: /b", "/b", false],
    ["\ufeffuser-AGENT : * # all\r\ndisallow : /b # no", "/b", false],
    ["Disallow: /", "/a", true],
    ["<html>not found</html>", "/a", true],
    ["User-agent: *\nDisallow: /", "/robots.txt", true],
  ])("%j, %s: %s", (text, path, is) => expect(allows(text, path)).toBe(is));

  it("made to be slow is not", () => {
    const rules = Array.from({ length: 2_000 }, () => `Disallow: /${"*a".repeat(120)}$`).join("\n");
    const robots = parseRobots(`User-agent: *\n${rules}`);
    const before = performance.now();
    expect(robots.allows(new URL(`https://docs.example.com/${"a".repeat(1_900)}b`))).toBe(true);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
