import { beforeEach, describe, expect, it } from "vitest";
import { confluenceClient } from "@/lib/access/services/confluence";
import type { ContentClient, ItemQuery, ItemReader, ServiceItem } from "@/lib/access/services/items";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { zendeskClient } from "@/lib/access/services/zendesk";
import { dataCenterLogin, startConfluence } from "@/tests/support/stand-ins/confluence";
import { type ContentServer, troubles } from "@/tests/support/stand-ins/content-server";
import { startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";
import { started, withBackfillProduct } from "./backfill-world";
import { contentServices } from "./content-service-table";

withBackfillProduct();

async function allItems(reader: ItemReader, query: ItemQuery): Promise<ServiceItem[]> {
  const items: ServiceItem[] = [];
  let at: unknown = null;
  do {
    const page = await reader.page(query, at);
    items.push(...page.items);
    // As it is kept between two runs.
    at = JSON.parse(JSON.stringify(page.next));
  } while (at !== null);
  return items;
}

describe.each(contentServices)("$name", ({ login, start, client, good, bad, account, fill }) => {
  let server: ContentServer;
  let own: ContentClient;
  beforeEach(async () => {
    server = await started(start());
    own = client({ baseUrl: server.url, credentials: login });
  });

  const trouble = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail("nothing was wrong"),
      (error: unknown) => {
        expect(error).toBeInstanceOf(ServiceTrouble);
        expect((error as Error).message).not.toContain(login.apiToken);
        return error as ServiceTrouble;
      },
    );

  it("says whose credentials these are, and refuses others", async () => {
    expect((await own.check()).accountName).toBe(account);
    const stranger = client({ baseUrl: server.url, credentials: { ...login, apiToken: "another-token" } });
    for (const work of [stranger.check(), stranger.page(good, null), stranger.checkQuery(good)])
      expect(await trouble(work)).toMatchObject({ problem: "credentials", isPassing: false });
  });

  it("gives each item once, over all pages, from any page on", async () => {
    fill(server, 5);
    const titles = (await allItems(own, good)).map(({ title }) => title);
    expect(titles.map((title) => title.match(/Item (\d)/)?.[1])).toEqual(["1", "2", "3", "4", "5"]);
    const { next } = await own.page(good, null);
    const other = client({ baseUrl: server.url, credentials: login });
    expect((await other.page(good, next)).items.map(({ key }) => key)).toHaveLength(2);
    fill(server, 0);
    expect(await allItems(own, good)).toEqual([]);
  });

  it("takes a query that the service takes, and says why it does not take another", async () => {
    expect(await own.checkQuery(good)).toMatchObject({ query: good.query });
    const [query, words] = bad;
    const { problem, message } = await trouble(own.checkQuery(query));
    expect([problem, message]).toEqual(["query", expect.stringMatching(words)]);
  });

  it("waits as long as it is asked to, and no longer than it may", async () => {
    fill(server, 1);
    server.trouble.push(troubles.slowDown(1));
    expect((await own.page(good, null)).items).toHaveLength(1);
    server.trouble.push(troubles.slowDown(3_600));
    const before = server.asked.length;
    expect(await trouble(own.page(good, null))).toMatchObject({
      problem: "rate_limited",
      isPassing: true,
      retryAfterS: 3_600,
    });
    expect(server.asked.length).toBe(before + 1);
  });

  it("tells what the service is to blame for", async () => {
    const problems = [];
    for (const answer of [troubles.fault, troubles.malformed, troubles.another, troubles.forbidden]) {
      // Whichever way it is asked.
      server.trouble.push(answer, answer);
      problems.push((await trouble(own.page(good, null))).problem);
      server.trouble.length = 0;
    }
    expect(problems).toEqual(["server_error", "malformed", "malformed", "forbidden"]);
    await server.close();
    expect((await trouble(own.page(good, null))).problem).toBe("unreachable");
  });
});

describe("Confluence whose address has no path", () => {
  const cloud = { dataCenter: false, contextPath: "/wiki", webui: "/wiki/spaces/DOCS/pages/1" };
  const own = { dataCenter: true, contextPath: "", webui: "/spaces/DOCS/pages/1" };
  it.each([
    ["Cloud", cloud],
    ["Data Center", own],
  ])("is found by the check where it stands: %s", async (_, { dataCenter, contextPath, webui }) => {
    const login = dataCenter ? dataCenterLogin : undefined;
    const confluence = await started(startConfluence(login));
    Object.assign(confluence, { isDataCenter: dataCenter, pageSize: 2 });
    confluence.pages = [1, 2, 3].map((n) => ({
      id: `${n}`,
      title: `Page ${n}`,
      version: 1,
      html: "<p>x</p>",
    }));
    const access = { baseUrl: confluence.url, credentials: login ?? contentServices[1]?.login ?? {} };
    const account = await confluenceClient(access).check();
    expect(account).toEqual({ accountName: "Ida Berg", contextPath });
    const known = confluenceClient({ ...access, settings: { contextPath } });
    const query: ItemQuery = { query: "space = DOCS", contentType: null, days: null };
    await known.checkQuery(query);
    const items = await allItems(known, query);
    expect(items.map(({ title }) => title)).toEqual(["Page 1", "Page 2", "Page 3"]);
    expect(items[0]?.url).toBe(`${confluence.url}${webui}`);
  });

  it("and is asked at that path where it has one, and nowhere else", async () => {
    const confluence = await started(startConfluence());
    const access = { baseUrl: `${confluence.url}/wiki`, credentials: contentServices[1]?.login ?? {} };
    expect(await confluenceClient(access).check()).toEqual({ accountName: "Ida Berg" });
    confluence.isDataCenter = true;
    await expect(confluenceClient(access).check()).rejects.toMatchObject({ problem: "not_found" });
    expect(confluence.asked.map(({ path }) => path)).toEqual(Array(2).fill("/wiki/rest/api/user/current"));
  });

  it("and names a next page by what is no address is refused in words", async () => {
    const confluence = await started(startConfluence());
    const access = { baseUrl: confluence.url, credentials: contentServices[1]?.login ?? {} };
    confluence.trouble.push({ json: { results: [], _links: { next: "https://[" } } });
    const query: ItemQuery = { query: "space = DOCS", contentType: null, days: null };
    await expect(confluenceClient(access).page(query, null)).rejects.toMatchObject({
      name: "ServiceTrouble",
      problem: "malformed",
    });
  });

  it("and whose credentials are refused is not looked for elsewhere", async () => {
    const confluence = await started(startConfluence());
    const access = { baseUrl: confluence.url, credentials: { apiToken: "another" } };
    await expect(confluenceClient(access).check()).rejects.toMatchObject({ problem: "credentials" });
    expect(confluence.asked).toHaveLength(1);
  });
});

describe("Zendesk that does not offer the export of a search", () => {
  const query: ItemQuery = { query: "status:solved", contentType: "tickets", days: null };
  const zendeskOf = async (exportStatus: 403 | 404, tickets: number) => {
    const zendesk = await started(startZendesk());
    const updated_at = "2026-03-02T10:00:00Z";
    zendesk.exportStatus = exportStatus;
    zendesk.tickets = Array.from({ length: tickets }, (_, n) => ({
      ...{ id: n + 1, subject: `Ticket ${n + 1}`, updated_at, comments: [] },
    }));
    return { zendesk, client: zendeskClient({ baseUrl: zendesk.url, credentials: zendeskLogin }) };
  };

  it.each([403, 404] as const)("is asked by the other search: %i", async (exportStatus) => {
    const { zendesk, client } = await zendeskOf(exportStatus, 60);
    expect(await client.checkQuery(query)).toMatchObject({ label: "tickets: status:solved" });
    const before = zendesk.asked.length;
    expect((await allItems(client, query)).map(({ key }) => key)).toEqual(
      Array.from({ length: 60 }, (_, n) => `ticket ${n + 1}`),
    );
    const pages = zendesk.asked.slice(before).map(({ path, query: sent }) => [path, sent.get("page")]);
    expect(pages).toEqual([
      ["/api/v2/search/export", null],
      ...["1", "2", "3"].map((page) => ["/api/v2/search", page]),
    ]);
    const [wrong, words] = contentServices[2]?.bad ?? [query, /never/];
    await expect(client.checkQuery(wrong)).rejects.toThrow(words);
  });

  it("gives 1,000 results, and says so where there are more", async () => {
    const { client } = await zendeskOf(403, 1_001);
    expect(await allItems(client, query)).toHaveLength(1_000);
    expect((await client.page(query, null)).note).toContain("the first 1,000 results");
    const { client: small } = await zendeskOf(403, 1_000);
    expect((await small.page(query, null)).note).toBeUndefined();
  });

  it("and lets the account search nothing at all says that", async () => {
    const { zendesk, client } = await zendeskOf(403, 1);
    zendesk.trouble.push(troubles.forbidden, troubles.forbidden);
    await expect(client.page(query, null)).rejects.toMatchObject({ problem: "forbidden" });
  });
});
