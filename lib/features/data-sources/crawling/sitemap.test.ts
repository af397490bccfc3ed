import { describe, expect, it } from "vitest";
import { watchStandstills } from "@/tests/support/undisturbed";
import { NoSitemap, parseSitemap } from "./sitemap";

const urlset = (...addresses: string[]) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${addresses
    .map((one) => `<url><loc>${one}</loc><lastmod>2026-01-01</lastmod></url>`)
    .join("")}</urlset>`;

describe("a sitemap", () => {
  it("names pages, with entities and CDATA, and nothing of its other namespaces", async () => {
    const text = urlset(
      " https://a.example/?a=1&amp;b=2 ",
      "<![CDATA[https://a.example/c?d&e]]>",
      "https://a.example/f</loc><image:image><image:loc>https://a.example/g.png</image:loc></image:image><loc>https://a.example/h",
    );
    expect(await parseSitemap(text, 10)).toEqual({
      pages: [
        "https://a.example/?a=1&b=2",
        "https://a.example/c?d&e",
        "https://a.example/f",
        "https://a.example/h",
      ],
      sitemaps: [],
    });
  });

  it("may be an index, or a plain list", async () => {
    const index =
      "<s:sitemapindex xmlns:s='x'><s:sitemap><s:loc>https://a.example/1.xml.gz</s:loc></s:sitemap></s:sitemapindex>";
    expect((await parseSitemap(index, 10)).sitemaps).toEqual(["https://a.example/1.xml.gz"]);
    expect(
      (await parseSitemap("https://a.example/1\r\n\r\nhttps://a.example/2\r\nno\r\n", 10)).pages,
    ).toEqual(["https://a.example/1", "https://a.example/2"]);
  });

  it("is taken up to a number of addresses", async () => {
    const many = urlset(...Array.from({ length: 100 }, (_, n) => `https://a.example/${n}`));
    expect((await parseSitemap(many, 7)).pages).toHaveLength(7);
  });

  it("expands no entity of its own: neither a file nor a billion laughs", async () => {
    const file = `<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>${urlset("https://a.example/&x;").slice(21)}`;
    await expect(parseSitemap(file, 10)).rejects.toThrow(NoSitemap);
    const laughs = `<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>${urlset("https://a.example/&b;").slice(21)}`;
    await expect(parseSitemap(laughs, 10)).rejects.toThrow(NoSitemap);
  });

  it("may nest what else it says of a page, and say it with attributes", async () => {
    const inner = "<x:a hreflang='no' href='/no'>".repeat(12) + "</x:a>".repeat(12);
    const text = urlset(`https://a.example/1</loc>${inner}<loc>https://a.example/2`);
    expect((await parseSitemap(text, 10)).pages).toEqual(["https://a.example/1", "https://a.example/2"]);
  });

  const million = 1_000_000;
  it.each<[string, () => string]>([
    ["elements in each other", () => "<a>".repeat(3 * million) + "</a>".repeat(3 * million)],
    ["a few elements in each other", () => "<a>".repeat(17) + "</a>".repeat(17)],
    ["attributes", () => `<a ${Array.from({ length: million }, (_, n) => `a${n}=""`).join(" ")}/>`],
    ["line ends", () => "\r".repeat(10 * million)],
    ["entities", () => "&lt;".repeat(2 * million)],
    ["line ends of a comment", () => `<!--${"\r".repeat(10 * million)}-->`],
    ["entities of an attribute", () => `<a b="${"&lt;".repeat(2 * million)}"/>`],
  ])("that names a page beside too many %s is refused before they take room", async (_, made) => {
    const text = urlset("https://a.example/1").replace("</urlset>", () => `${made()}</urlset>`);
    const standstill = watchStandstills();
    const before = performance.now();
    await expect(parseSitemap(text, 10)).rejects.toThrow(NoSitemap);
    expect(performance.now() - before - standstill()).toBeLessThan(1_000);
  });

  it.each([
    ["nothing", ""],
    ["a page", "<html><body>404"],
    ["a list that ends too soon", "<urlset>"],
    ["a sentence", "not a list"],
    ["an empty list", "<urlset/>"],
    ["50,000 elements in each other", "<a>".repeat(50_000)],
  ])("%s is none", async (_, text) => {
    await expect(parseSitemap(text, 10)).rejects.toThrow(NoSitemap);
  });
});
