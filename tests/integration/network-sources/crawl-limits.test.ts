import { describe, expect, it } from "vitest";
import { stopCrawl } from "@/lib/features/data-sources/commands/stop-crawl";
import { crawlWebsite } from "@/lib/features/data-sources/crawling/crawl-website";
import {
  beginCrawl,
  endCrawl,
  keepPages,
  requeueSilentCrawls,
} from "@/lib/features/data-sources/crawling/runs";
import { testRequest as request } from "@/tests/support/product";
import { serve } from "../fetching/servers";
import { done } from "../gurus/guru-for-tests";
import { found, page, pagesOf, searched, site, start } from "./crawl-harness";
import { guru, member, product, withFetchingProduct } from "./harness";

withFetchingProduct();

const stop = (id: string) =>
  stopCrawl.execute({ principal: member, request, input: { guru: guru.slug, id } });
const silentFor = (id: string, seconds: number) =>
  product.admin`update crawl set heartbeat_at = now() - make_interval(secs => ${seconds}) where id = ${id}`;

describe("a search from link to link", () => {
  it("numbers what is new alone, however often the menu names the rest", async () => {
    const names = ["/", "/a", "/b", "/c", "/d"];
    const pages = names.map((name) => [name, page(name, ...names, ...names, `${name}-only`)] as const);
    const { origin } = await site(Object.fromEntries(pages));
    const id = await searched({ url: `${origin}/` });
    expect(await found(id)).toEqual(names);
    const { pages: all } = await pagesOf(id);
    expect(all.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 10 }, (_, n) => n));
  });

  it("has room for 20,000 addresses, which known ones do not use up twice, and says that it left some out", async () => {
    const { id } = done(await start({ url: "https://docs.example.com/" }));
    const crawl = await beginCrawl(id);
    if (!crawl) throw new Error("it did not begin");
    const menu = Array.from({ length: 100 }, (_, n) => `https://docs.example.com/${n}`);
    await product.admin`
      insert into crawl_url (crawl_id, ordinal, url)
      select ${id}, n, 'https://docs.example.com/' || n from generate_series(0, 19994) n`;
    const fresh = (...numbers: number[]) => numbers.map((n) => `https://docs.example.com/new/${n}`);
    const kept = async () =>
      (
        await product.admin`
          select ordinal, url from crawl_url where crawl_id = ${id} and url like '%/new/%' order by ordinal`
      ).map(({ ordinal, url }) => [ordinal, url]);
    await keepPages(crawl, [...menu, ...fresh(1), ...menu, ...fresh(2, 1)], "known");
    const [first, second, ...further] = fresh(1, 2, 3, 4, 5);
    expect(await kept()).toEqual([
      [19_995, first],
      [19_996, second],
    ]);
    expect((await pagesOf(id)).search.note).toBeNull();
    await keepPages(crawl, [...menu, ...fresh(3, 4, 5, 6, 7)], "known");
    expect((await kept()).slice(2)).toEqual(further.map((url, n) => [19_997 + n, url]));
    await endCrawl(crawl, "done", null);
    expect((await pagesOf(id)).search).toMatchObject({
      state: "done",
      note: expect.stringContaining("more than 20,000 addresses"),
    });
  });

  it("ends after so many addresses that are no pages, and says so", async () => {
    const links = Array.from({ length: 80 }, (_, n) => `/gone-${n}`);
    const { origin, asked } = await site({ "/": page("Start", ...links) });
    const id = await searched({ url: `${origin}/`, maxPages: "7" });
    const { search, counts } = await pagesOf(id);
    expect(search).toMatchObject({ state: "done", note: expect.stringContaining("after 50 addresses") });
    expect(counts).toEqual({ found: 1, refused: 49, known: 31 });
    expect(asked).toHaveLength(51);
  });

  it("ends when its time is over, and says so", async () => {
    let asked = 0;
    const host = await serve((req, res) => {
      asked += 1;
      const n = Number(req.url?.slice(1)) || 0;
      res.setHeader("content-type", "text/html").end(page(`Page ${n}`, `/${n + 1}`));
    });
    const { id } = done(await start({ url: `${host.origin}/0`, maxPages: "2000" }));
    await crawlWebsite({ crawlId: id }, undefined, { ms: 500 });
    expect((await pagesOf(id)).search).toMatchObject({
      state: "done",
      note: expect.stringMatching(/ended after 1 min/),
    });
    expect(asked).toBeLessThan(1_000);
  });
});

describe("a search that fell silent", () => {
  const jobsOf = async (id: string) =>
    (await product.admin`select 1 from pgboss.job where name = 'crawl-website' and data->>'crawlId' = ${id}`)
      .length;

  it("keeps its one job, however long it waits, and gets another only when that is lost or taken", async () => {
    const { id } = done(await start({ url: "https://docs.example.com/" }));
    await silentFor(id, 100);
    expect(await requeueSilentCrawls()).toBe(0);
    for (let looks = 0; looks < 3; looks += 1) {
      await silentFor(id, 700);
      expect(await requeueSilentCrawls()).toBe(1);
      expect(await requeueSilentCrawls()).toBe(0);
    }
    expect(await jobsOf(id)).toBe(1);
    // Delivered to a process that died; a queue restored from a backup has it no more.
    for (const lose of ["update pgboss.job set state = 'active'", "delete from pgboss.job"]) {
      await product.admin.unsafe(`${lose} where name = 'crawl-website' and data->>'crawlId' = '${id}'`);
      const before = await jobsOf(id);
      await silentFor(id, 700);
      expect(await requeueSilentCrawls()).toBe(1);
      await silentFor(id, 700);
      await requeueSilentCrawls();
      expect(await jobsOf(id)).toBe(before + 1);
    }
    done(await stop(id));
  });

  it("waits for whoever takes it over, and its old worker does nothing to it any more", async () => {
    const { id } = done(await start({ url: "https://docs.example.com/" }));
    const before = await beginCrawl(id);
    if (!before) throw new Error("it did not begin");
    await silentFor(id, 100);
    expect(await requeueSilentCrawls()).toBe(1);
    expect(await requeueSilentCrawls()).toBe(0);
    await endCrawl(before, "done", null);
    expect((await pagesOf(id)).search.state).toBe("waiting");
    const after = await beginCrawl(id);
    if (!after) throw new Error("nobody took it over");
    await endCrawl(before, "done", null);
    expect((await pagesOf(id)).search).toMatchObject({ state: "running", attempts: 2 });
    await endCrawl(after, "stopped", null);
    expect((await pagesOf(id)).search.state).toBe("stopped");
  });
});

describe("a sitemap", () => {
  const list = (kind: "urlset" | "sitemapindex", addresses: string[]) => {
    const entry = kind === "urlset" ? "url" : "sitemap";
    return `<${kind}>${addresses.map((one) => `<${entry}><loc>${one}</loc></${entry}>`).join("")}</${kind}>`;
  };

  /** An index of so many sitemaps of a page each; what is to be done while one of them is asked for. */
  async function indexOf(most: number, during: Record<string, () => Promise<unknown>> = {}) {
    const asked: string[] = [];
    const host = await serve(async (req, res) => {
      const { url = "" } = req;
      asked.push(url);
      await during[url]?.();
      const origin = `http://${req.headers.host}`;
      const parts = Array.from({ length: most }, (_, n) => `${origin}/${n}.xml`);
      const isIndex = url === "/sitemap.xml";
      res.setHeader("content-type", "application/xml");
      res.end(
        isIndex ? list("sitemapindex", parts) : list("urlset", [origin + url.replace(".xml", ".html")]),
      );
    });
    return { url: `${host.origin}/sitemap.xml`, asked };
  }

  it("is left in the midst of an index when the search is stopped, and what was found stays", async () => {
    let id = "";
    const { url, asked } = await indexOf(5, { "/1.xml": () => stop(id) });
    id = done(await start({ kind: "sitemap", url })).id;
    await crawlWebsite({ crawlId: id });
    expect(asked).toEqual(["/sitemap.xml", "/0.xml", "/1.xml"]);
    expect((await pagesOf(id)).search).toMatchObject({ state: "stopped", note: null });
    expect(await found(id)).toEqual(["/0.html", "/1.html"]);
  });

  it("gives a sign of life before each of an index, so that nobody takes it over meanwhile", async () => {
    let id = "";
    const taken: unknown[] = [];
    const take = async () => taken.push(await requeueSilentCrawls(), await beginCrawl(id));
    const { url, asked } = await indexOf(3, { "/0.xml": () => silentFor(id, 100), "/1.xml": take });
    id = done(await start({ kind: "sitemap", url })).id;
    await crawlWebsite({ crawlId: id });
    expect(taken).toEqual([0, null]);
    expect(asked).toHaveLength(4);
    expect((await pagesOf(id)).search).toMatchObject({ state: "done", note: null, attempts: 1 });
  });

  it("says when there are more of them than are read", async () => {
    const { url, asked } = await indexOf(60);
    const id = await searched({ kind: "sitemap", url });
    expect(asked).toHaveLength(50);
    expect(await found(id)).toHaveLength(49);
    expect((await pagesOf(id)).search).toMatchObject({
      state: "done",
      note: "Not all of its sitemaps were read.",
    });
  });

  it("that is an index of indexes without end is none for it", async () => {
    let asked = 0;
    const host = await serve((req, res) => {
      asked += 1;
      const further = Array.from({ length: 500 }, (_, n) => `http://${req.headers.host}/${asked}-${n}.xml`);
      res.setHeader("content-type", "application/xml").end(list("sitemapindex", further));
    });
    const id = await searched({ kind: "sitemap", url: `${host.origin}/sitemap.xml` });
    expect(asked).toBe(50);
    expect((await pagesOf(id)).search).toMatchObject({
      state: "failed",
      note: expect.stringContaining("names no page"),
    });
  });
});
