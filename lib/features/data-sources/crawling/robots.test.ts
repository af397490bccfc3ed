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
    // Both are compared as they would stand in an address (RFC 9309, 2.2.2).
    ["User-agent: *\nDisallow: /private", "/%70rivate/x", false],
    ["User-agent: *\nDisallow: /%70rivate", "/private/x", false],
    ["User-agent: *\nDisallow: /~joe", "/%7Ejoe/x", false],
    ["User-agent: *\nDisallow: /café", "/caf%C3%A9", false],
    ["User-agent: *\nDisallow: /caf%c3%a9", "/café", false],
    ["User-agent: *\nDisallow: /caf%c3%a9$", "/caf%C3%A9", false],
    ["User-agent: *\nDisallow: /a b|c", "/a%20b%7Cc", false],
    ["User-agent: *\nDisallow: /a%2fb", "/a%2Fb", false],
    ["User-agent: *\nDisallow: /a%2Fb", "/a/b", true],
    ["User-agent: *\nDisallow: /a/b", "/a%2Fb", true],
    ["User-agent: *\nDisallow: /a?b=%26", "/a?b=&", true],
    ["User-agent: *\nDisallow: /a%2Ab", "/a*b", false],
    ["User-agent: *\nDisallow: /a%2Ab", "/aab", true],
    ["User-agent: *\nDisallow: /a$b", "/a%24b", false],
    ["User-agent: *\nDisallow: /a%24", "/a$b", false],
    ["User-agent: *\nDisallow: /a%", "/a%zz", false],
    ["User-agent: *\nDisallow: /\ud800x", "/%EF%BF%BDx", false],
    ["User-agent: *\nDisallow: /é\nAllow: /%C3%A9$", "/é", true],
  ])("%j, %s: %s", (text, path, is) => expect(allows(text, path)).toBe(is));

  it("made to be slow is not", () => {
    const rules = Array.from({ length: 2_000 }, () => `Disallow: /${"*a".repeat(120)}$`).join("\n");
    const robots = parseRobots(`User-agent: *\n${rules}`);
    const before = performance.now();
    expect(robots.allows(new URL(`https://docs.example.com/${"a".repeat(1_900)}b`))).toBe(true);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
