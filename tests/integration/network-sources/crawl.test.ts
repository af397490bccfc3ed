import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addCrawledPages } from "@/lib/features/data-sources/commands/add-crawled-pages";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { stopCrawl } from "@/lib/features/data-sources/commands/stop-crawl";
import { crawlPages } from "@/lib/features/data-sources/crawl-queries";
import { crawlWebsite } from "@/lib/features/data-sources/crawling/crawl-website";
import { beginCrawl, requeueSilentCrawls } from "@/lib/features/data-sources/crawling/runs";
import { breakTheLog, testRequest as request } from "@/tests/support/product";
import { serve } from "../fetching/servers";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { eventsOf, guru, member, product, withFetchingProduct } from "./harness";

withFetchingProduct();

const start = (input: Record<string, unknown>, principal = member, ref = guru.slug) =>
  startCrawl.execute({ principal, request, input: { guru: ref, kind: "links", ...input } });

/** Starts a search and does the job. */
async function searched(input: Record<string, unknown>): Promise<string> {
  const { id } = done(await start(input));
  await crawlWebsite({ crawlId: id });
  return id;
}

async function pagesOf(id: string) {
  const result = await crawlPages.execute({ principal: member, request, input: { guru: guru.slug, id } });
  if (!result.ok || !result.value) throw new Error("no such search");
  return result.value;
}
const found = async (id: string) =>
  (await pagesOf(id)).pages.filter(({ state }) => state === "found").map(({ url }) => new URL(url).pathname);
const page = (title: string, ...links: string[]) =>
  `<html><head><title>${title}</title></head><body>${links.map((to) => `<a href="${to}">x</a>`).join(" ")}</body></html>`;

/** A site of the given answers; whatever else is asked for is not there. */
async function site(
  answers: Record<
    string,
    string | { status?: number; headers?: Record<string, string>; body?: string | Buffer }
  >,
) {
  const asked: string[] = [];
  const host = await serve((req, res) => {
    const path = req.url ?? "";
    asked.push(path);
    const answer = answers[path];
    if (answer === undefined) return void res.writeHead(404).end();
    const { status = 200, headers = {}, body = "" } = typeof answer === "string" ? { body: answer } : answer;
    res.writeHead(status, { "content-type": "text/html", ...headers }).end(body);
  });
  return { ...host, asked };
}

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

describe("a search", () => {
  it("is stopped before its next page, and keeps what it has found", async () => {
    let stop: (() => Promise<unknown>) | undefined;
    const host = await serve(async (req, res) => {
      if (req.url === "/1") await stop?.();
      const n = Number(req.url?.slice(1)) || 0;
      res.setHeader("content-type", "text/html").end(page(`Page ${n}`, `/${n + 1}`));
    });
    const { id } = done(await start({ url: `${host.origin}/0` }));
    stop = () => stopCrawl.execute({ principal: member, request, input: { guru: guru.slug, id } });
    await crawlWebsite({ crawlId: id });
    expect((await pagesOf(id)).search.state).toBe("stopped");
    expect(await found(id)).toEqual(["/0", "/1"]);
    expect(await stop()).toMatchObject({ ok: false, code: "not_found" });
  });

  it("goes on after a crash with what it has not visited", async () => {
    const { origin, asked } = await site({ "/": page("Start", "/a"), "/a": page("A") });
    const { id } = done(await start({ url: `${origin}/` }));
    await beginCrawl(id);
    await product.admin`insert into crawl_url (crawl_id, ordinal, url, title, state) values
      (${id}, 0, ${`${origin}/`}, 'Start', 'found'), (${id}, 1, ${`${origin}/a`}, '', 'known')`;
    expect(await beginCrawl(id)).toBeNull();
    await product.admin`update crawl set heartbeat_at = now() - interval '2 minutes' where id = ${id}`;
    expect(await requeueSilentCrawls()).toBe(1);
    await crawlWebsite({ crawlId: id });
    expect(await found(id)).toEqual(["/", "/a"]);
    expect(asked.filter((path) => path === "/")).toEqual([]);
  });

  it("runs one at a time for a guru, for its maintainers alone, and records nothing itself", async () => {
    const events = (await product.events()).length;
    const { id } = done(await start({ url: "https://docs.example.com/" }));
    expect(await start({ url: "https://docs.example.com/2" })).toMatchObject({ ok: false, code: "busy" });
    done(await stopCrawl.execute({ principal: member, request, input: { guru: guru.slug, id } }));
    expect((await pagesOf(id)).search.state).toBe("stopped");
    expect((await product.events()).length).toBe(events);
    const viewer = await product.person("viewer@halden.example");
    const other = await product.person("other@halden.example");
    await giveRole(guru.id, viewer, "viewer");
    expect(await start({ url: "https://docs.example.com/" }, viewer)).toMatchObject({ code: "forbidden" });
    expect(await start({ url: "https://docs.example.com/" }, other)).toMatchObject({ code: "not_found" });
    const theirs = await guruOf(other);
    const foreign = { guru: theirs.slug, id };
    expect(await stopCrawl.execute({ principal: other, request, input: foreign })).toMatchObject({
      code: "not_found",
    });
    expect(
      await addCrawledPages.execute({ principal: other, request, input: { ...foreign, pages: ["0"] } }),
    ).toMatchObject({ code: "not_found" });
  });

  it.each([
    { url: "" },
    { url: "file:///etc/passwd" },
    { url: "https://docs.example.com/\0" },
    { url: "https://docs.example.com/\u202Ex" },
    { url: "x".repeat(10_000_000) },
    { url: "https://docs.example.com/", maxPages: "0" },
    { url: "https://docs.example.com/", maxPages: "2001" },
    { url: "https://docs.example.com/", maxPages: "many" },
    { url: "https://docs.example.com/", kind: "everything" },
  ])("is not begun with %.60j", async (input) => {
    expect(await start(input)).toMatchObject({ ok: false, code: "invalid" });
  });
});

describe("what was found", () => {
  it("is added as chosen: a source, an event and a job each; what exists is said", async () => {
    const { origin } = await site({ "/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B") });
    const id = await searched({ url: `${origin}/` });
    const add = (...pages: number[]) =>
      addCrawledPages.execute({
        principal: member,
        request,
        input: { guru: guru.slug, id, pages: pages.map(String) },
      });
    expect(done(await add(0, 2))).toEqual({ added: 2, existed: 0 });
    const rows =
      await product.admin`select id, url from data_source where url like ${`${origin}%`} order by url`;
    expect(rows.map(({ url }) => url)).toEqual([`${origin}/`, `${origin}/b`]);
    for (const row of rows) expect(await eventsOf(row.id)).toHaveLength(1);
    expect((await pagesOf(id)).pages.map(({ isAdded }) => isAdded)).toEqual([true, false, true]);
    expect(done(await add(0, 1))).toEqual({ added: 1, existed: 1 });
    expect(await add(0, 1, 2)).toMatchObject({ ok: false, code: "exists" });
    expect(await add(99)).toMatchObject({ ok: false, code: "not_found" });
  });
});

it("nothing is added and nothing queued when the log takes no event", async () => {
  const { origin } = await site({ "/": page("Start") });
  const id = await searched({ url: `${origin}/` });
  const state = async () => [
    (await product.admin`select 1 from data_source`).length,
    (await product.admin`select 1 from pgboss.job`).length,
  ];
  const before = await state();
  const mend = await breakTheLog(product);
  const input = { guru: guru.slug, id, pages: "0" };
  const result = await addCrawledPages.execute({ principal: member, request, input });
  await mend();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await state()).toEqual(before);
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
