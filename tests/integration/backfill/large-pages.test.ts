import { describe, expect, it } from "vitest";
import { jiraClient } from "@/lib/access/services/jira";
import { confluenceLogin, startConfluence } from "@/tests/support/stand-ins/confluence";
import { jiraLogin } from "@/tests/support/stand-ins/jira";
import { startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";
import {
  issue,
  jira,
  jiraIntegration,
  jobFor,
  jobOf,
  ofDocs,
  sourcesOfGuru,
  started,
  synced,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

/** Some fit an answer together, three do not; one alone is too much. */
const large = "x".repeat(4_500_000);
const tooLarge = "x".repeat(11_000_000);
const titles = async () => (await sourcesOfGuru()).map(({ title }) => title);
const oneLeftOut = expect.stringMatching(/^1 item was left out: .*larger than is read here/);

describe("a page that is larger than is read", () => {
  it("is asked for in smaller ones", async () => {
    jira.issues = [1, 2, 3, 4, 5].map((n) => issue(n, { description: `<p>${large}</p>` }));
    expect(await synced(await jobFor(jiraIntegration, ofDocs))).toMatchObject({
      status: "COMPLETED",
      note: null,
      run_found: 5,
    });
  });

  it("in smaller ones by Zendesk's cursor too", async () => {
    const zendesk = await started(startZendesk());
    zendesk.articles = [1, 2, 3, 4].map((id) => ({
      ...{ id, title: `Article ${id}`, body: `<p>${large}</p>`, updated_at: "2026-03-02T10:00:00Z" },
    }));
    const input = { query: "", contentType: "articles" };
    const job = await jobOf("ZENDESK", zendesk, zendeskLogin, input);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null, run_found: 4 });
  });

  it.each(["3/search/jql", "2/search"] as const)(
    "and of one issue alone is left out, and the run says so: %s",
    async (search) => {
      jira.search = search;
      jira.issues = [1, 2, 3].map((n) => issue(n, n === 2 ? { description: tooLarge } : {}));
      expect(await synced(await jobFor(jiraIntegration, ofDocs))).toMatchObject({
        status: "COMPLETED",
        note: oneLeftOut,
        added_total: 2,
      });
      expect(await titles()).toEqual(["DOCS-1 Part 1", "DOCS-3 Part 3"]);
    },
  );

  it("and of one page of Confluence alone is left out, and the run says so", async () => {
    const confluence = await started(startConfluence());
    confluence.pages = [1, 2, 3].map((n) => ({
      ...{ id: `${n}`, title: `Page ${n}`, version: 1 },
      html: n === 2 ? tooLarge : "<p>Words.</p>",
    }));
    const job = await jobOf("CONFLUENCE", confluence, confluenceLogin, { query: "space = DOCS" });
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: oneLeftOut, added_total: 2 });
    expect(await titles()).toEqual(["Page 1", "Page 3"]);
  });

  it("and of one item that comes with its text alone ends the run at once, in clear words", async () => {
    const zendesk = await started(startZendesk());
    const article = { id: 1, title: "Article", body: tooLarge, updated_at: "2026-03-02T10:00:00Z" };
    const input = { query: "", contentType: "articles" };
    const job = await jobOf("ZENDESK", zendesk, zendeskLogin, input);
    zendesk.articles = [article];
    const before = zendesk.asked.length;
    expect(await synced(job)).toMatchObject({
      status: "FAILED",
      note: expect.stringMatching(/larger than 10 MB.*One item alone is too much: narrow the query/),
    });
    // 50, 25, 12, 6, 3 and 1, and not once more.
    expect(zendesk.asked.length - before).toBe(6);
  });
});

it("an address that nothing is read from is no trouble that passes", async () => {
  const away = jiraClient({ baseUrl: "http://10.255.255.1", credentials: jiraLogin });
  await expect(away.check()).rejects.toMatchObject({ problem: "refused", isPassing: false });
});
