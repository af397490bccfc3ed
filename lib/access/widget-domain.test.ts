import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { DomainProblem, matchesDomain, parseDomainRule } from "./widget-domain";

describe("a domain rule", () => {
  it.each([
    ["https://docs.example.com", "https://docs.example.com"],
    [" HTTPS://Docs.Example.com/ ", "https://docs.example.com"],
    ["https://docs.example.com:443", "https://docs.example.com"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["http://192.168.1.7", "http://192.168.1.7"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["https://*.example.com", "https://*.example.com"],
    ["https://*.Example.com:443/", "https://*.example.com"],
    ["https://*-preview.example.com:8443", "https://*-preview.example.com:8443"],
    ["http://localhost:*", "http://localhost:*"],
    ["https://*.example.com:*", "https://*.example.com:*"],
  ])("%j is kept as %j", (text, rule) => expect(parseDomainRule(text)).toBe(rule));

  it.each([
    "",
    "*",
    "example.com",
    "//example.com",
    "ftp://example.com",
    "*://example.com",
    "https://",
    "https://*",
    "https://*.com",
    "https://example.*",
    "https://*.*",
    "https://a*",
    "http://10.0.*.1",
    "http://[::1]:*",
    "http://192.168.1.*",
    "https://example.com/path",
    "https://example.com?x",
    "https://example.com#x",
    "https://user:pass@example.com",
    "https://*.example.com@evil.example",
    "https://exa mple.com",
    "https://example.com:0x50",
    "https://example.com:99999",
    "https://*.example.com:99999",
    "https://*.example.com:0",
    "https://*.0.0x",
    "https://*.example.0x1f",
    "https://*.example.1",
    "https://example.com.",
    "https://*.example.com.",
    "https://example.com\\evil",
    "https://*.example.com\nhttps://evil.example",
    "https://example.com\u0000",
    "https://\u202eexample.com",
    "javascript:alert(1)",
    "null",
    `https://${"a".repeat(200)}.com`,
  ])("%j is none", (text) => expect(() => parseDomainRule(text)).toThrow(DomainProblem));

  it("is kept in one way: what was kept is read as itself, and matches itself where it is exact", () => {
    // What begins like an encoded label has to decode, else no address has it and no origin can match.
    const label = fc
      .stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
      .filter((text) => !text.startsWith("xn--"));
    const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(fc.constantFrom("http", "https"), host, fc.boolean(), (scheme, name, isPattern) => {
        const written = `${scheme}://${isPattern ? "*." : ""}${name}`;
        let rule: string;
        try {
          rule = parseDomainRule(written);
        } catch (error) {
          expect(error).toBeInstanceOf(DomainProblem);
          return;
        }
        expect(parseDomainRule(rule)).toBe(rule);
        expect(matchesDomain(rule, rule)).toBe(!isPattern);
        if (isPattern) expect(matchesDomain(rule, `${scheme}://docs.${name}`)).toBe(true);
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});

describe("an origin", () => {
  const all = [
    "https://docs.example.com",
    "https://*.example.com",
    "https://*-preview.example.com",
    "http://localhost:*",
    "https://*.example.com:*",
  ];
  const matching = (origin: string | null) => all.filter((rule) => matchesDomain(rule, origin));

  it.each([
    ["https://docs.example.com", [0, 1, 4]],
    ["https://a.b.example.com", [1, 4]],
    ["https://x-preview.example.com", [1, 2, 4]],
    ["https://docs.example.com:8443", [4]],
    ["http://localhost", [3]],
    ["http://localhost:5173", [3]],
    ["https://example.com", []],
    ["https://evilexample.com", []],
    ["https://docs.example.com.evil.example", []],
    ["https://evil.example/.example.com", []],
    ["https://evil.example#.example.com", []],
    ["https://a@docs.example.com", []],
    ["https://docs.example.com/", []],
    ["HTTPS://docs.example.com", []],
    ["http://docs.example.com", []],
    ["http://localhost.evil.example", []],
    ["http://localhost:51735173", []],
    ["null", []],
    ["", []],
    ["file://", []],
    ["https://docs.example.com https://evil.example", []],
  ] as const)("%j is of the rules %j", (origin, rules) => {
    expect(matching(origin)).toEqual(rules.map((at) => all[at]));
  });

  it("of none is of no site", () => expect(matching(null)).toEqual([]));

  it("is told apart in time that grows with its length alone, however many stars a rule has", () => {
    const rule = parseDomainRule(`https://${"*a".repeat(20)}.example.com`);
    const began = performance.now();
    expect(matchesDomain(rule, `https://${"a".repeat(60)}.example.org`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
