import { describe, expect, it } from "vitest";
import { addCrawledPages } from "@/lib/features/data-sources/commands/add-crawled-pages";
import { stopCrawl } from "@/lib/features/data-sources/commands/stop-crawl";
import { crawlWebsite } from "@/lib/features/data-sources/crawling/crawl-website";
import { beginCrawl, requeueSilentCrawls } from "@/lib/features/data-sources/crawling/runs";
import { breakTheLog, testRequest as request } from "@/tests/support/product";
import { serve } from "../fetching/servers";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { found, page, pagesOf, searched, site, start } from "./crawl-harness";
import { eventsOf, guru, member, product, withFetchingProduct } from "./harness";

withFetchingProduct();

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

  it("waits with a job of its own when the worker stops, however often, and goes on", async () => {
    const { origin } = await site({ "/": page("Start", "/a"), "/a": page("A") });
    const { id } = done(await start({ url: `${origin}/` }));
    for (let stops = 1; stops <= 5; stops += 1) {
      await crawlWebsite({ crawlId: id }, AbortSignal.abort());
      expect((await pagesOf(id)).search.state).toBe("waiting");
      const jobs = await product.admin`
        select 1 from pgboss.job where name = 'crawl-website' and data->>'crawlId' = ${id}`;
      expect(jobs).toHaveLength(1 + stops);
    }
    await crawlWebsite({ crawlId: id });
    expect(await found(id)).toEqual(["/", "/a"]);
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
