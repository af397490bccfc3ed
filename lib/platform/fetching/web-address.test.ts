import { describe, expect, it } from "vitest";
import { FetchRefused } from "./fetch-refused";
import { parseWebAddress, withoutCredentials } from "./web-address";

const problemOf = (text: string, base?: string) => {
  try {
    parseWebAddress(text, base === undefined ? undefined : new URL(base));
    return null;
  } catch (error) {
    if (error instanceof FetchRefused) return error.problem;
    throw error;
  }
};

describe("an address of the web", () => {
  it.each([
    ["https://docs.example.com", "https://docs.example.com/"],
    ["HTTP://Docs.Example.COM:80/A?b=c#d", "http://docs.example.com/A?b=c"],
    [
      "https://docs.example.com/at/https://b.example/@team",
      "https://docs.example.com/at/https://b.example/@team",
    ],
    [
      "https://docs.example.com/?to=https://b.example:8443/@x",
      "https://docs.example.com/?to=https://b.example:8443/@x",
    ],
    ["https://docs.example.com/x://", "https://docs.example.com/x://"],
    [
      "https://docs.example.com/?to=https%3A%2F%2Fb.example%2F%40team%3Fq%3Da%40b",
      "https://docs.example.com/?to=https%3A%2F%2Fb.example%2F%40team%3Fq%3Da%40b",
    ],
    [
      "https://sso.example.com/login?redirect_uri=https%3A%2F%2Fapp.example.com&login_hint=me%40example.com",
      "https://sso.example.com/login?redirect_uri=https%3A%2F%2Fapp.example.com&login_hint=me%40example.com",
    ],
    ["https://docs.example.com/100%/50%2525@x", "https://docs.example.com/100%/50%2525@x"],
    ["https://bücher.example/ø", "https://xn--bcher-kva.example/%C3%B8"],
    // Shown as what it is, and judged as that when it is connected to.
    ["http://2130706433/", "http://127.0.0.1/"],
    ["http://0177.0.0.1/", "http://127.0.0.1/"],
    ["http://0x7f.1/", "http://127.0.0.1/"],
    ["http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"],
  ])("%s is %s", (text, href) => expect(parseWebAddress(text).href).toBe(href));

  it.each([
    ["ftp://docs.example.com/", "scheme"],
    ["file:///etc/passwd", "scheme"],
    ["javascript:alert(1)", "scheme"],
    ["data:text/html,x", "scheme"],
    ["gopher://127.0.0.1:70/x", "scheme"],
    ["ext::sh -c id", "url"],
    ["docs.example.com", "url"],
    ["//docs.example.com", "url"],
    ["", "url"],
    ["https://", "url"],
    ["https://a b.example/", "url"],
    ["https://docs.example.com/\r\nHost: x", "url"],
    ["https://docs.example.com/\tx", "url"],
    ["https://docs.example.com/\0", "url"],
    ["https://docs.example.com/\u202Egpj", "url"],
    ["https://docs\u200B.example.com/", "url"],
    ["https:\\\\docs.example.com\\x", "url"],
    ["https://docs.example.com/\ud800", "url"],
    ["=cmd|' /C calc'!A0", "url"],
    [`https://docs.example.com/${"x".repeat(2_000)}`, "url"],
    // Each becomes nine characters.
    [`https://docs.example.com/${"ø".repeat(500)}`, "url"],
    [`https://${"x".repeat(60)}${".x".repeat(100)}.example/`, "url"],
    ["https://name:word@docs.example.com/", "credentials"],
    ["https://token@docs.example.com/", "credentials"],
    ["https://:word@docs.example.com/", "credentials"],
    // Two that were joined: the second one's would stand in the path of the first.
    ["https://a.example/,https://name:word@b.example/x", "credentials"],
    ["https://a.example/;https://token@b.example/x", "credentials"],
    ["https://a.example,https://token@b.example/x", "credentials"],
    ["https://a.example/?next=ssh://token@b.example/x", "credentials"],
    ["https://a.example/#https://token@b.example/x", "credentials"],
    ["https://a.example/,https://name:a/word@b.example/x", "credentials"],
    ["https://a.example/,https://b.example/,https://token@c.example/", "credentials"],
    // The same, escaped: as a whole, in part, or twice.
    ["https://a.example/,https%3A%2F%2Fname:word@b.example/x", "credentials"],
    ["https://a.example/,https%3a%2f%2fname%3aword%40b.example/x", "credentials"],
    ["https://a.example/,https%253A%252F%252Fname%253Aword%2540b.example/x", "credentials"],
    ["https://a.example/?next=https%3A%2F%2Ftoken%40b.example%2Fx", "credentials"],
    ["https://a.example/?a=1&next=https%3A%2F%2Fname%3Aa%26word%40b.example%2Fx&b=2", "credentials"],
    ["https://a.example/,https%3A%2F%2Fname%3Aa&word%40b.example/x", "credentials"],
    ["https://a.example/,https:%2F%2Ftoken@b.example/x", "credentials"],
    ["https://a.example/,https://name:word%40b.example/x", "credentials"],
    ["https%3A%2F%2Fname:word@b.example/x", "credentials"],
    ["https%3A%2F%2Fname%3Aword%40b.example/x", "credentials"],
    ["https://a.example/ https://name:word@b.example/x", "url"],
    ["http://docs.example.com:25/", "port"],
    ["http://docs.example.com:22/", "port"],
    ["http://docs.example.com:6667/", "port"],
    ["http://docs.example.com:65536/", "url"],
  ])("%j is refused: %s", (text, problem) => expect(problemOf(text)).toBe(problem));

  it("is refused within a thousandth of its ten megabytes", () => {
    expect(problemOf(`https://docs.example.com/${"x".repeat(10_000_000)}`)).toBe("url");
  });

  it("is read relative to where a redirect came from", () => {
    const base = new URL("https://docs.example.com/a/b");
    expect(parseWebAddress("../c", base).href).toBe("https://docs.example.com/c");
    expect(parseWebAddress("//other.example/x", base).href).toBe("https://other.example/x");
    expect(problemOf("file:///etc/passwd", base.href)).toBe("scheme");
    expect(problemOf("/c,https://token@other.example/", base.href)).toBe("credentials");
    expect(problemOf("https%3A%2F%2Ftoken@other.example/", base.href)).toBe("credentials");
  });
});

describe("an address for the log and for messages", () => {
  it.each([
    ["https://docs.example.com/a?b=c#d", "https://docs.example.com/a?b=c#d"],
    ["https://docs.example.com/@team/a", "https://docs.example.com/@team/a"],
    ["https://name:canary@host.example/team", "…@host.example/team"],
    ["https://canary@host.example/team", "…@host.example/team"],
    ["https:name:canary@host.example", "…@host.example"],
    ["https://name:a/canary@host.example/team", "…@host.example/team"],
    ["https://name:canary@@host.example/team", "…@host.example/team"],
    ["https://name:canary @host.example/team", "…@host.example/team"],
    ["ssh://name:canary@host.example/team", "…@host.example/team"],
    ["name:canary@host.example", "…@host.example"],
    ["https://a.example/,https://name:canary@host.example/team", "…@host.example/team"],
    ["https://a.example/,https://name:a/canary@host.example/team", "…@host.example/team"],
    ["https://a.example/#ssh://canary@host.example/team", "…@host.example/team"],
    ["https://a.example/ https://name:canary@host.example/team", "…@host.example/team"],
    ["https://a.example/ name:canary@host.example/team", "…@host.example/team"],
    ["https://a.example/\tname:canary@host.example/team", "…@host.example/team"],
    ["https://a.example/,https://canary@b.example/ https://canary@host.example/", "…@host.example/"],
    ["https://a.example/,https%3A%2F%2Fname:canary@host.example/team", "…@host.example/team"],
    ["https://a.example/,https%3A%2F%2Fname%3Acanary%40host.example/team", "…@host.example/team"],
    ["https://a.example/,https%253A%252F%252Fcanary%2540host.example/team", "…@host.example/team"],
    ["https%3A%2F%2Fname%3Acanary%40host.example/team", "…@host.example/team"],
    ["https://a.example/ b", "https://a.example/ b"],
    [
      "https://a.example/?to=http%3A%2F%2Fb.example&by=me%40c.example",
      "https://a.example/?to=http%3A%2F%2Fb.example&by=me%40c.example",
    ],
    ["https://a.example/at/https://b.example/@team", "https://a.example/at/https://b.example/@team"],
    ["no address", "no address"],
  ])("%j stands there as %j", (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });
});
