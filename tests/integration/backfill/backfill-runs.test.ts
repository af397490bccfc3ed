import { beforeEach, describe, expect, it } from "vitest";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { queueDueJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { troubles } from "@/tests/support/stand-ins/content-server";
import { jiraLogin } from "@/tests/support/stand-ins/jira";
import {
  eventsOfGuru,
  integrationIn,
  issue,
  jira,
  jiraIntegration,
  jobFor,
  jobRow,
  newGuru,
  ofDocs,
  product,
  sourcesOfGuru,
  synced,
  wantsRun,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

let job: string;
beforeEach(async () => {
  jira.issues = [1, 2, 3].map((n) =>
    issue(n, {
      summary: `Roll back part ${n}`,
      updated: `2026-03-0${n}T10:00:00.000+0000`,
      description: `<p>The gateway is rolled back with <b>command ${n}</b>.</p>`,
      comments: [{ author: "Ida Berg", html: `<p>It takes ${n} minutes.</p>` }],
    }),
  );
  job = await jobFor(jiraIntegration, ofDocs);
});

const operations = async () => (await eventsOfGuru()).map((event) => event.operation);
const indexAll = async () => {
  for (const { id } of await sourcesOfGuru()) await indexDataSource({ dataSourceId: String(id) });
};

describe("a run", () => {
  it("makes a source of each item, as System, with one event each between those of its status", async () => {
    expect(await jobRow(job)).toMatchObject({ status: "WAITING", run_wanted: true });
    const row = await synced(job);
    expect(row).toMatchObject({
      status: "COMPLETED",
      note: null,
      ...{ added_total: 3, run_found: 3, run_added: 3, run_changed: 0, run_wanted: false },
    });
    // The driver cuts both to milliseconds.
    expect(Math.abs(row.next_run_at - row.finished_at - 3_600_000)).toBeLessThanOrEqual(1);
    const events = (await eventsOfGuru()).slice(-5);
    expect(
      events.map(({ operation, actor_type, ip, target_label }) => [operation, actor_type, ip, target_label]),
    ).toEqual([
      ["UPDATE_BACKFILL_JOB", "system", null, "JIRA - project = DOCS"],
      ["ADD_DATASOURCE", "system", null, "JIRA - DOCS-1 Roll back part 1"],
      ["ADD_DATASOURCE", "system", null, "JIRA - DOCS-2 Roll back part 2"],
      ["ADD_DATASOURCE", "system", null, "JIRA - DOCS-3 Roll back part 3"],
      ["UPDATE_BACKFILL_JOB", "system", null, "JIRA - project = DOCS"],
    ]);
    expect(events[0]?.changes).toEqual([{ field: "status", before: "WAITING", after: "SYNCING" }]);
    expect(events[4]).toMatchObject({
      changes: [{ field: "status", before: "SYNCING", after: "COMPLETED" }],
      details: { found: 3, added: 3, changed: 0, type: "JIRA", query: "project = DOCS", intervalHours: 1 },
    });
    expect(events[1]).toMatchObject({
      model: "DataSource",
      details: { kind: "JIRA", url: `${jira.url}/browse/DOCS-1`, backfillJob: job },
    });
  });

  it("gives passages that say what stands in the issue, with its address there", async () => {
    await synced(job);
    await indexAll();
    const passages = await product.admin`
      select p.content, p.heading, p.url from passage p join data_source d on d.id = p.data_source_id
      where d.guru_id = ${(await sourcesOfGuru())[0]?.guru_id} order by p.data_source_id`;
    const [first] = await sourcesOfGuru();
    const own = passages.filter(({ url }) => url === first?.url);
    const text = own.map(({ content }) => content).join("\n");
    expect(text).toContain("The gateway is rolled back with command 1.");
    expect(text).toContain("It takes 1 minutes.");
    expect(own[0]?.heading).toContain("DOCS-1 Roll back part 1");
    expect(new Set(passages.map(({ url }) => url)).size).toBe(3);
    expect((await sourcesOfGuru()).map(({ status }) => status)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
  });

  it("leaves what has not changed as it is, and brings what has up to date", async () => {
    await synced(job);
    await indexAll();
    const before = await sourcesOfGuru();
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ run_found: 3, run_added: 0, run_changed: 0, added_total: 3 });
    expect(await sourcesOfGuru()).toEqual(before);

    const [first, second] = jira.issues;
    Object.assign(first ?? {}, {
      updated: "later",
      summary: "Roll back and forth",
      description: "<p>Anew.</p>",
    });
    // Somebody has only looked at it.
    Object.assign(second ?? {}, { updated: "later" });
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ run_found: 3, run_added: 0, run_changed: 1, added_total: 3 });
    const after = await sourcesOfGuru();
    expect(after.map(({ title, status }) => [title, status])).toEqual([
      ["DOCS-1 Roll back and forth", "NOT_PROCESSED"],
      ["DOCS-2 Roll back part 2", "SUCCESS"],
      ["DOCS-3 Roll back part 3", "SUCCESS"],
    ]);
    const [event] = (await eventsOfGuru()).slice(-2);
    expect(event).toMatchObject({
      operation: "ADD_DATASOURCE",
      actor_type: "system",
      details: { updated: true, backfillJob: job },
      changes: [
        { field: "title", before: "DOCS-1 Roll back part 1", after: "DOCS-1 Roll back and forth" },
        { field: "sha256" },
        { field: "size_bytes" },
      ],
    });
    await indexAll();
    expect((await sourcesOfGuru()).map(({ status }) => status)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
  });

  it("keeps what the query does not find any more", async () => {
    await synced(job);
    jira.issues = [];
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", run_found: 0 });
    expect(await sourcesOfGuru()).toHaveLength(3);
  });

  it("tells items of the same name apart", async () => {
    for (const issue of jira.issues) Object.assign(issue, { key: "DOCS-1", summary: "Same" });
    await synced(job);
    const address = `${jira.url}/browse/DOCS-1`;
    expect((await sourcesOfGuru()).map(({ title }) => title)).toEqual([
      "DOCS-1 Same",
      `DOCS-1 Same – ${address}`,
      `DOCS-1 Same – ${jira.url} 10003`,
    ]);
  });

  it("brings comments in that a search leaves out", async () => {
    const [first] = jira.issues;
    const comments = Array.from({ length: 130 }, (_, n) => ({
      author: "A",
      html: `<p>Comment number ${n}.</p>`,
    }));
    Object.assign(first ?? {}, { comments });
    await synced(job);
    const [source] = await sourcesOfGuru();
    expect(source?.content).toContain("Comment number 129.");
    expect(source?.content.match(/Comment number/g)).toHaveLength(130);
  });

  it.each([
    ["an older Cloud, which counts", "3/search", 404],
    ["Data Center, which has another version of the API", "2/search", 404],
    ["an older Cloud that says 410", "3/search", 410],
  ] as const)("reads %s", async (_, search, goneStatus) => {
    Object.assign(jira, { search, goneStatus, pageSize: 2 });
    const before = jira.asked.length;
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", added_total: 3 });
    // What is not there is looked for once, and the next page asked for where the first was.
    const asked = jira.asked.slice(before).map(({ path, query }) => [path, query.get("startAt")]);
    const tried = ["3/search/jql", "3/search", "2/search"];
    const paths = [...tried.slice(0, tried.indexOf(search) + 1), search].map((each) => `/rest/api/${each}`);
    expect(asked.map(([path]) => path)).toEqual(paths);
    expect(asked.slice(-2).map(([, startAt]) => startAt)).toEqual(["0", "2"]);
  });

  it("says that nothing is there where a Jira has none of the searches", async () => {
    Object.assign(jira, { search: "none", goneStatus: 410 });
    expect((await synced(job)).note).toContain("Jira has nothing there");
  });
});

describe("a run that cannot be done", () => {
  it("because of the credentials fails at once and says so; the next one is due when the interval has passed", async () => {
    jira.trouble.push(troubles.unauthorized);
    const row = await synced(job);
    expect(row).toMatchObject({
      status: "FAILED",
      note: expect.stringContaining("refuses these credentials"),
    });
    // The driver cuts both to milliseconds.
    expect(Math.abs(row.next_run_at - row.finished_at - 3_600_000)).toBeLessThanOrEqual(1);
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "UPDATE_BACKFILL_JOB",
      changes: [{ field: "status", before: "SYNCING", after: "FAILED" }],
      details: { message: row.note },
    });
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null });
  });

  it("because the service is down is tried again, and says so in the end", async () => {
    jira.trouble.push(troubles.fault);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", added_total: 3 });
    jira.trouble.push(...Array.from({ length: 4 }, () => troubles.fault));
    await wantsRun(job);
    expect((await synced(job)).note).toMatch(/a fault of its own.*This was tried 4 times/);
    expect((await operations()).filter((operation) => operation === "UPDATE_BACKFILL_JOB")).toHaveLength(4);
  });

  it("because the query is none any more says what the service says of it", async () => {
    await product.admin`update backfill_job set query = 'gone' where id = ${job}`;
    expect((await synced(job)).note).toContain("Error in the JQL Query");
  });

  it("because its secret is gone says which", async () => {
    await product.admin`delete from backfill_job where id = ${job}`;
    await newGuru();
    const named = { ...jiraLogin, apiToken: "{JIRA_TOKEN}" };
    const integration = await integrationIn("JIRA", jira.url, named);
    const [row] = await product.admin`
      insert into backfill_job (guru_id, integration_id, query, label, interval_hours)
      select guru_id, id, 'project = DOCS', 'project = DOCS', 1 from integration where id = ${integration} returning id`;
    expect(await synced(String(row?.id))).toMatchObject({
      status: "FAILED",
      note: "This guru has no secret JIRA_TOKEN any more.",
    });
  });
});

describe("the clock", () => {
  it("queues the jobs whose time has come, once, and none that is paused or under way", async () => {
    await synced(job);
    expect(await queueDueJobs()).toBe(0);
    await product.admin`update backfill_job set next_run_at = now() - interval '1 second' where id = ${job}`;
    expect(await queueDueJobs()).toBe(1);
    expect(await queueDueJobs()).toBe(0);
    const jobs = await product.admin`
      select 1 from pgboss.job where name = 'run-backfill-job' and data->>'backfillJobId' = ${job}`;
    expect(jobs).toHaveLength(2);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", run_found: 3 });
    await product.admin`
      update backfill_job set paused = true, next_run_at = now() - interval '1 second' where id = ${job}`;
    expect(await queueDueJobs()).toBe(0);
  });

  it("does nothing for a job of the queue that is delivered once more", async () => {
    await synced(job);
    const before = await operations();
    await runBackfillJob({ backfillJobId: job });
    expect(await operations()).toEqual(before);
    expect(jira.asked.filter(({ query }) => query.get("maxResults") === "50")).toHaveLength(1);
  });
});
