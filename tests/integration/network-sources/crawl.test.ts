import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { serve } from "../fetching/servers";
import { found, page, pagesOf, searched, site } from "./crawl-harness";
import { withFetchingProduct } from "./harness";

withFetchingProduct();

describe("a search from link to link", () => {
  it("finds the pages of the site alone, each once, with their titles, and obeys robots.txt", async () => {
    const { origin, asked } = await site({
      "/robots.txt": {
        headers: { "content-type": "text/plain" },
        body: "User-agent: *\nDisallow: /private\n",
      },
      "/": page(
        "Start",
        "/a",
        "/a#part",
        "b?x=1",
        "/private/c",
        "http://other.example/",
        "mailto:x@y.example",
        "/logo.png",
        "/led",
        "/gone",
      ),
      "/a": page("Page A", "/", "/b?x=1"),
      "/b?x=1": page("Page B", "/deep"),
      "/deep": page("Deep"),
      "/led": { status: 302, headers: { location: "/a" } },
    });
    const id = await searched({ url: `${origin}/` });
    const { search, pages, counts } = await pagesOf(id);
    expect(search).toMatchObject({ state: "done", note: null });
    expect(
      pages.filter((one) => one.state === "found").map(({ url, title }) => [url.slice(origin.length), title]),
    ).toEqual([
      ["/", "Start"],
      ["/a", "Page A"],
      ["/b?x=1", "Page B"],
      ["/deep", "Deep"],
    ]);
    const reasons = pages
      .filter((one) => one.state === "refused")
      .map(({ url, note }) => [url.slice(origin.length), note]);
    expect(reasons).toEqual([
      ["/private/c", expect.stringContaining("robots.txt")],
      ["/led", expect.stringContaining("another page of this list")],
      ["/gone", expect.stringContaining("nothing at this address")],
    ]);
    expect(counts.known).toBe(0);
    expect(asked.filter((path) => path === "/a")).toHaveLength(2);
    expect(asked).not.toContain("/private/c");
    expect(asked).not.toContain("/logo.png");
  });

  it("ends at its number of pages, and a site without end is none for it", async () => {
    const host = await serve((req, res) => {
      const n = Number(req.url?.slice(1)) || 0;
      res.setHeader("content-type", "text/html").end(page(`Page ${n}`, `/${n + 1}`, `/${n + 2}`));
    });
    const id = await searched({ url: `${host.origin}/0`, maxPages: "7" });
    expect(await found(id)).toHaveLength(7);
    expect((await pagesOf(id)).search).toMatchObject({
      state: "done",
      note: expect.stringContaining("more pages"),
    });
  });

  it("does what pages ask of machines: noindex, nofollow", async () => {
    const meta = (content: string, ...links: string[]) =>
      page("x", ...links).replace("<head>", `<head><meta name="robots" content="${content}">`);
    const { origin } = await site({
      "/": page("Start", "/hidden", "/end"),
      "/hidden": meta("noindex", "/behind"),
      "/behind": page("Behind"),
      "/end": meta("nofollow", "/never"),
    });
    const id = await searched({ url: `${origin}/` });
    expect(await found(id)).toEqual(["/", "/end", "/behind"]);
  });

  it("fails in words where robots.txt cannot be had, and where the address is closed", async () => {
    const { origin } = await site({ "/robots.txt": { status: 500 }, "/": page("Start") });
    const id = await searched({ url: `${origin}/` });
    expect((await pagesOf(id)).search).toMatchObject({
      state: "failed",
      note: expect.stringContaining("robots.txt"),
    });
    const closed = await searched({ url: "http://169.254.169.254/latest" });
    expect((await pagesOf(closed)).search.note).toContain("private, local or reserved");
  });

  it("never follows a site to another, be it closed or not", async () => {
    const trap = await site({ "/": page("Secret") });
    const { origin } = await site({
      "/": page("Start", "/away", "/inside"),
      "/away": { status: 302, headers: { location: `${trap.origin}/` } },
      "/inside": { status: 302, headers: { location: "http://10.0.0.1/" } },
    });
    const id = await searched({ url: `${origin}/` });
    const { pages } = await pagesOf(id);
    expect(pages.map(({ note }) => note)).toEqual([
      null,
      expect.stringContaining("another site"),
      expect.stringContaining("private, local or reserved"),
    ]);
  });
});

describe("a sitemap", () => {
  const urlset = (...addresses: string[]) =>
    `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${addresses.map((one) => `<url><loc>${one}</loc></url>`).join("")}</urlset>`;

  it("names pages, also through an index and packed, up to the limit, and of its own site alone", async () => {
    const answers: Parameters<typeof site>[0] = {};
    const { origin, asked } = await site(answers);
    answers["/sitemap.xml"] =
      `<sitemapindex><sitemap><loc>${origin}/1.xml.gz</loc></sitemap><sitemap><loc>http://10.0.0.1/2.xml</loc></sitemap></sitemapindex>`;
    answers["/1.xml.gz"] = {
      headers: { "content-type": "application/gzip" },
      body: gzipSync(
        urlset(`${origin}/a`, `${origin}/a#x`, "http://other.example/", `${origin}/b`, `${origin}/c`),
      ),
    };
    const id = await searched({ kind: "sitemap", url: `${origin}/sitemap.xml`, maxPages: "2" });
    expect(await found(id)).toEqual(["/a", "/b"]);
    expect((await pagesOf(id)).search).toMatchObject({
      state: "done",
      note: expect.stringContaining("2 more addresses"),
    });
    // Its pages are not fetched to find them.
    expect(asked).toEqual(["/sitemap.xml", "/1.xml.gz"]);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ["a page", "<html><body>no", /no sitemap/],
    ["one of other sites", urlset("http://other.example/"), /names no page of its own site/],
    ["a bomb", gzipSync(Buffer.alloc(30 * 1024 * 1024, " ")), /larger than 10 MB/],
    [
      "a small file of three million elements in each other",
      gzipSync(`<urlset>${"<a>".repeat(3_400_000)}`),
      /no sitemap/,
    ],
    [
      "entities of its own",
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>',
      /no sitemap/,
    ],
  ])("that is %s fails in words", async (_, body, reason) => {
    const { origin } = await site({
      "/sitemap.xml": { headers: { "content-type": "application/xml" }, body },
    });
    const id = await searched({ kind: "sitemap", url: `${origin}/sitemap.xml` });
    expect((await pagesOf(id)).search).toMatchObject({
      state: "failed",
      note: expect.stringMatching(reason),
    });
  });
});
