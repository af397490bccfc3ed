import { beforeEach, expect, it } from "vitest";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { requeueSilentJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { startWorker } from "@/lib/jobs/worker";
import { until } from "../gurus/worker-harness";
import {
  eventsOfGuru,
  issue,
  jira,
  jiraIntegration,
  jobFor,
  jobRow,
  ofDocs,
  product,
  sourcesOfGuru,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

let job: string;
beforeEach(async () => {
  jira.pageSize = 2;
  await product.admin`delete from pgboss.job`;
  jira.issues = Array.from({ length: 12 }, (_, n) => issue(n));
  job = await jobFor(jiraIntegration, ofDocs);
});

const places = () =>
  jira.asked
    .filter(({ query }) => query.get("maxResults") === "50")
    .map(({ query }) => query.get("nextPageToken"));
const queued = async () =>
  (
    await product.admin`
      select data->>'backfillJobId' as id from pgboss.job
      where name = 'run-backfill-job' and state = 'created' order by priority desc, created_on, id`
  ).map(({ id }) => id);
/** As a worker does that takes a job from the queue, and has no more time than for a page. */
async function turn(id = job): Promise<void> {
  await product.admin`delete from pgboss.job where name = 'run-backfill-job' and data->>'backfillJobId' = ${id}`;
  await runBackfillJob({ backfillJobId: id }, undefined, 0);
}
const recorded = async (operation: string) =>
  (await eventsOfGuru()).filter((event) => event.operation === operation);

it("a run whose time is up waits behind the others, and nothing is recorded of it", async () => {
  const other = await jobFor(jiraIntegration, { query: "project = OTHER" });
  await turn();
  const row = await jobRow(job);
  expect(row).toMatchObject({ status: "SYNCING", run_wanted: true, run_added: 2 });
  expect(row.attempts).toBeLessThanOrEqual(0);
  expect(await queued()).toEqual([other, job]);
  expect((await recorded("UPDATE_BACKFILL_JOB")).map(({ changes }) => changes[0]?.after)).toEqual([
    "SYNCING",
  ]);
});

it("and goes on where it was, until it has all, with each source once", async () => {
  // More turns than a run may fail.
  for (let nth = 0; nth < 6; nth++) await turn();
  expect(places()).toEqual([null, "2", "4", "6", "8", "10"]);
  expect(await jobRow(job)).toMatchObject({
    status: "COMPLETED",
    note: null,
    run_found: 12,
    run_added: 12,
    added_total: 12,
  });
  expect(await queued()).not.toContain(job);
  expect(await sourcesOfGuru()).toHaveLength(12);
  expect(await recorded("ADD_DATASOURCE")).toHaveLength(12);
  expect((await recorded("UPDATE_BACKFILL_JOB")).map(({ changes }) => changes[0]?.after)).toEqual([
    "SYNCING",
    "COMPLETED",
  ]);
});

it("a run that waits for long behind the others gets no second turn among them, and one that lost its job gets one", async () => {
  await turn();
  const longAgo = () =>
    product.admin`update backfill_job set heartbeat_at = now() - interval '16 minutes' where id = ${job}`;
  await longAgo();
  expect(await requeueSilentJobs()).toBe(1);
  expect(await queued()).toEqual([job]);
  await product.admin`delete from pgboss.job`;
  await longAgo();
  expect(await requeueSilentJobs()).toBe(1);
  expect(await queued()).toEqual([job]);
});

it("pages that hold nothing do not make it fail, however many turns they take", async () => {
  jira.trouble.push(
    ...Array.from({ length: 8 }, (_, n) => ({ json: { issues: [], nextPageToken: `e${n}` } })),
  );
  for (let nth = 0; nth < 8; nth++) await turn();
  expect(await jobRow(job)).toMatchObject({ status: "SYNCING", run_wanted: true, attempts: 0 });
});

it("a worker takes it up again by itself", async () => {
  await turn();
  const worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
  try {
    await until("the end of the run", async () => (await jobRow(job)).status === "COMPLETED");
  } finally {
    await worker.stop();
  }
  expect(places()).toEqual([null, "2", "4", "6", "8", "10"]);
});
