import { beforeEach, describe, expect, it } from "vitest";
import { beginBackfillRun } from "@/lib/features/backfill-jobs/commands/begin-backfill-run";
import { deleteBackfillJob } from "@/lib/features/backfill-jobs/commands/delete-backfill-job";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { requeueSilentJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { toJob } from "@/lib/gate/to-job";
import { startWorker } from "@/lib/jobs/worker";
import { testRequest as request } from "@/tests/support/product";
import { troubles } from "@/tests/support/stand-ins/content-server";
import { done } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import {
  eventsOfGuru,
  guru,
  issue,
  jira,
  jiraIntegration,
  jobFor,
  jobRow,
  member,
  ofDocs,
  product,
  sourcesOfGuru,
  synced,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

let job: string;
beforeEach(async () => {
  jira.pageSize = 2;
  jira.issues = [0, 1, 2, 3, 4, 5].map((n) => issue(n));
  job = await jobFor(jiraIntegration, ofDocs);
});

const searches = () => jira.asked.filter(({ query }) => query.get("maxResults") === "50");
const silent = () =>
  product.admin`update backfill_job set heartbeat_at = now() - interval '61 seconds' where id = ${job}`;
const added = async () => (await eventsOfGuru()).filter(({ operation }) => operation === "ADD_DATASOURCE");
const begun = toJob(beginBackfillRun);

/** The worker stops while it waits for the second page. */
async function stopAfterFirstPage(): Promise<void> {
  jira.trouble.push({ json: pageOf([0, 1], "2") }, troubles.silence);
  const first = jira.asked.length;
  const stopping = new AbortController();
  const run = runBackfillJob({ backfillJobId: job }, stopping.signal);
  await until("the second page", async () => jira.asked.length >= first + 2);
  stopping.abort();
  await run;
}

describe("a run that is broken off", () => {
  it("goes on behind the last page that was kept, and nothing comes in twice", async () => {
    jira.trouble.push({ json: pageOf([0, 1], "2") }, troubles.fault);
    await expect(runBackfillJob({ backfillJobId: job })).rejects.toThrow(/fault of its own/);
    expect(await jobRow(job)).toMatchObject({ status: "SYNCING", run_wanted: true, run_added: 2 });
    expect(await sourcesOfGuru()).toHaveLength(2);
    const before = searches().length;
    expect(await synced(job)).toMatchObject({
      status: "COMPLETED",
      run_found: 6,
      run_added: 6,
      added_total: 6,
    });
    expect(searches()[before]?.query.get("nextPageToken")).toBe("2");
    expect(await sourcesOfGuru()).toHaveLength(6);
    expect(await added()).toHaveLength(6);
    // Its status changed twice, however often it was broken off.
    const updates = (await eventsOfGuru()).filter(({ operation }) => operation === "UPDATE_BACKFILL_JOB");
    expect(updates.map(({ changes }) => changes[0]?.after)).toEqual(["SYNCING", "COMPLETED"]);
  });

  it("without a word, as by kill -9, is taken up by whoever sees its silence", async () => {
    const run = await begun({ backfillJobId: job });
    expect(await requeueSilentJobs()).toBe(0);
    await runBackfillJob({ backfillJobId: job });
    expect(searches()).toHaveLength(0);
    await silent();
    expect(await requeueSilentJobs()).toBe(1);
    expect((await jobRow(job)).run_claim).toBe((run?.claim ?? 0) + 1);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", added_total: 6 });
  });

  it("again and again before it comes forward fails in the end, and is not begun once more", async () => {
    for (let tries = 0; tries < 4; tries++) {
      await begun({ backfillJobId: job });
      await silent();
      await requeueSilentJobs();
    }
    expect(await synced(job)).toMatchObject({
      status: "FAILED",
      note: expect.stringContaining("broken off 4 times"),
    });
    expect(searches()).toHaveLength(0);
  });

  it("by the worker's stop waits with a job of its own, and that does not count", async () => {
    await stopAfterFirstPage();
    const row = await jobRow(job);
    expect(row).toMatchObject({ status: "SYNCING", run_wanted: true, run_added: 2 });
    expect(row.attempts).toBeLessThanOrEqual(0);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", added_total: 6 });
    expect(await added()).toHaveLength(6);
  });

  it("goes on from the start where the service has forgotten the place", async () => {
    jira.trouble.push({ json: pageOf([0, 1], "2") }, troubles.fault);
    await runBackfillJob({ backfillJobId: job }).catch(() => undefined);
    jira.trouble.push({ status: 400, json: { errorMessages: ["The page token is too old."] } });
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", added_total: 6 });
    expect(await added()).toHaveLength(6);
  });
});

function pageOf(at: number[], token: string) {
  const issues = at.map((n) => ({
    id: `1000${n}`,
    key: `DOCS-${n}`,
    fields: { summary: `Part ${n}`, updated: "1", comment: { total: 0, comments: [] } },
    renderedFields: { description: "<p>Words.</p>" },
  }));
  return { issues, nextPageToken: token };
}

describe("one run at a time", () => {
  it("however many workers take the job: the others find nothing to do", async () => {
    await Promise.all(Array.from({ length: 8 }, () => runBackfillJob({ backfillJobId: job })));
    expect(searches()).toHaveLength(3);
    expect(await added()).toHaveLength(6);
    expect(await jobRow(job)).toMatchObject({ status: "COMPLETED", added_total: 6 });
  });

  it("also of two workers, each with its own queue and clock", async () => {
    const workers = await Promise.all(
      [0, 1].map(() => startWorker({ databaseUrl: product.runtime.urls.direct })),
    );
    try {
      await until("the end of the run", async () => (await jobRow(job)).status === "COMPLETED");
      await until(
        "the indexing",
        async () => (await sourcesOfGuru()).filter(({ status }) => status === "SUCCESS").length === 6,
      );
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
    expect(searches()).toHaveLength(3);
    expect(await added()).toHaveLength(6);
  });

  it("and one whose settings change under way stops, keeps nothing more, and begins anew", async () => {
    const run = await begun({ backfillJobId: job });
    const input = { guru: guru.slug, id: job, query: "project = OTHER", intervalHours: "2" };
    done(await editBackfillJob.execute({ principal: member, request, input }));
    const row = await jobRow(job);
    expect(row).toMatchObject({ run_wanted: true, label: "project = OTHER", interval_hours: 2 });
    expect(row.run_claim).not.toBe(run?.claim);
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", run_found: 0 });
  });

  it("and one whose job is deleted under way stops", async () => {
    jira.trouble.push({ json: pageOf([0, 1], "2") }, troubles.silence);
    const asked = jira.asked.length;
    const run = runBackfillJob({ backfillJobId: job });
    await until("the second page", async () => jira.asked.length >= asked + 2);
    const input = { guru: guru.slug, id: job };
    done(await deleteBackfillJob.execute({ principal: member, request, input }));
    await run;
    expect((await eventsOfGuru()).at(-1)?.operation).toBe("DELETE_BACKFILL_JOB");
    expect(await sourcesOfGuru()).toHaveLength(2);
  });
});
