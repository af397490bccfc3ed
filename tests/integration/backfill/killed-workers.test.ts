import { beforeEach, describe, expect, it } from "vitest";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import type { ChildScript } from "@/tests/support/child-script";
import { type AskedRequest, once } from "@/tests/support/stand-ins/content-server";
import { type StandInZendesk, startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";
import { killWorker, startWorkerProcess, withWorkerProcesses } from "@/tests/support/worker-processes";
import { loopback } from "../fetching/servers";
import { until } from "../gurus/worker-harness";
import {
  eventsOfGuru,
  jobOf,
  jobRow,
  product,
  sourcesOfGuru,
  started,
  withBackfillProduct,
} from "./backfill-world";

withBackfillProduct();
withWorkerProcesses();

let zendesk: StandInZendesk;
let job: string;
beforeEach(async () => {
  zendesk = await started(startZendesk());
  zendesk.pageSize = 2;
  zendesk.tickets = [1, 2, 3, 4, 5].map((id) => ({
    ...{ id, subject: `Ticket ${id}`, updated_at: "1" },
    comments: [{ text: `The valve ${id} opens by itself.` }],
  }));
  const query = { query: "status:solved", contentType: "tickets" };
  job = await jobOf("ZENDESK", zendesk, zendeskLogin, query);
  // Of the job's making, which tries its query.
  zendesk.asked.length = 0;
});

const worker = () => startWorkerProcess(product, { GURULOG_ALLOW_PRIVATE_CIDRS: loopback });
const paths = () => zendesk.asked.map(({ path }) => path);
const isPage = ({ path }: AskedRequest) => path === "/api/v2/search/export";
const pagesAsked = () => zendesk.asked.filter(isPage).map(({ query }) => query.get("page[after]"));
const commentsOf = (ticket: number) => `/api/v2/tickets/${ticket}/comments`;

/** The answer that the worker waits for, and when it is to come. */
function held(fits: (request: AskedRequest) => boolean) {
  let release = () => {};
  let isAsked = false;
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  once(zendesk, fits, () => {
    isAsked = true;
    return released;
  });
  return { release, asked: () => until("the worker to ask", async () => isAsked) };
}

/** The minute after which a run that says nothing counts as dead; that run alone. */
async function silenceOf(claim: number): Promise<void> {
  await product.admin`
    update backfill_job set heartbeat_at = heartbeat_at - interval '61 seconds'
    where id = ${job} and run_claim = ${claim}`;
}

/** Nobody is in the midst of a transaction, who may hold what others wait for. */
async function isBetweenTransactions(): Promise<boolean> {
  const rows = await product.admin`
    select 1 from pg_stat_activity
    where datname = current_database() and usename = ${product.runtime.roles.app} and state <> 'idle'`;
  return rows.length === 0;
}

const allIsIndexed = () =>
  until("the indexing", async () => (await sourcesOfGuru()).every(({ status }) => status === "SUCCESS"));

/** Of the job to workers, as the queue has them. */
const deliveries = () => product.admin<{ state: string }[]>`
  select state from pgboss.job where name = 'run-backfill-job' and data->>'backfillJobId' = ${job}`;
const isCompleted = ({ state }: { state: string }) => state === "completed";

const statusIs = (status: string) => until(status, async () => (await jobRow(job)).status === status);

/** Every ticket is one source with its text and one event, and the run's status changed twice, all by System. */
async function allIsThereOnce(): Promise<void> {
  const sources = await sourcesOfGuru();
  expect(sources.map(({ title, content }) => [title, content.includes("opens by itself")])).toEqual(
    [1, 2, 3, 4, 5].map((n) => [`#${n} Ticket ${n}`, true]),
  );
  const events = (await eventsOfGuru()).filter(({ actor_type }) => actor_type === "system");
  const added = events.filter(({ operation }) => operation === "ADD_DATASOURCE");
  expect(added.map(({ target_id }) => target_id).toSorted()).toEqual(sources.map(({ id }) => String(id)));
  expect(
    events
      .filter(({ operation }) => operation === "UPDATE_BACKFILL_JOB")
      .map(({ changes: [change] }) => [change?.before, change?.after]),
  ).toEqual([
    ["WAITING", "SYNCING"],
    ["SYNCING", "COMPLETED"],
  ]);
  expect(await jobRow(job)).toMatchObject({ run_found: 5, run_added: 5, added_total: 5 });
}

it("two processes to whom one job is delivered six times: one runs it, and asks for each page once", async () => {
  for (let again = 0; again < 5; again++)
    await inTransaction((tx) => enqueueIn(tx, "run-backfill-job", { backfillJobId: job }));
  const first = held(isPage);
  await Promise.all([worker(), worker()]);
  await first.asked();
  // One of them waits for the page; the other has been given all that is left, and found nothing to do.
  await until(
    "the deliveries to the other",
    async () => (await deliveries()).filter(isCompleted).length === 5,
  );
  expect(paths()).toEqual(["/api/v2/search/export"]);
  first.release();
  await statusIs("COMPLETED");
  expect(pagesAsked()).toEqual([null, "2", "4"]);
  await allIsThereOnce();
}, 60_000);

describe("a process killed", () => {
  /** Runs until it reads the second ticket of the second page, and is ended there. */
  async function killedMidPage(other: () => Promise<unknown>): Promise<void> {
    const comments = held(({ path }) => path === commentsOf(4));
    const running = await worker();
    await comments.asked();
    const { run_claim, position } = await jobRow(job);
    expect(position).toMatchObject({ at: { after: "2" }, pages: 1 });
    await other();
    await killWorker(running);
    comments.release();
    // What it had read of the page is kept by nobody.
    expect(await sourcesOfGuru()).toHaveLength(2);
    expect(await jobRow(job)).toMatchObject({ status: "SYNCING", run_claim, run_wanted: false });
    await silenceOf(run_claim);
  }
  const resumed = [null, "2", "2", "4"];

  it("midway in a page is followed by the other, which was there all the time", async () => {
    await killedMidPage(worker);
    await statusIs("COMPLETED");
    expect(pagesAsked()).toEqual(resumed);
    await allIsThereOnce();
  }, 60_000);

  it("midway in a page is followed by itself, started again", async () => {
    await killedMidPage(async () => {});
    await worker();
    await statusIs("COMPLETED");
    expect(pagesAsked()).toEqual(resumed);
    await allIsThereOnce();
  }, 60_000);

  it("midway in the transaction that keeps a page leaves nothing of it", async () => {
    const second = held((request) => isPage(request) && request.query.get("page[after]") === "2");
    const running = await worker();
    await second.asked();
    const { run_claim } = await jobRow(job);
    // Its first insert waits for this, and so does its end.
    await product.admin.begin(async (tx) => {
      await tx`lock table data_source in share row exclusive mode`;
      second.release();
      await until("it to wait in the midst of the transaction", async () => {
        const rows = await product.admin`
          select 1 from pg_locks where relation = 'data_source'::regclass and not granted
            and database = (select oid from pg_database where datname = current_database())`;
        return rows.length > 0;
      });
      await killWorker(running);
    });
    await until("the end of what it had begun", isBetweenTransactions);
    expect(await sourcesOfGuru()).toHaveLength(2);
    await silenceOf(run_claim);
    await worker();
    await statusIs("COMPLETED");
    expect(pagesAsked()).toEqual(resumed);
    await allIsThereOnce();
  }, 60_000);
});

/** Halts a process, as a machine that sleeps would. */
const halt = ({ process: child }: ChildScript) =>
  until("a moment between its transactions", async () => {
    child.kill("SIGSTOP");
    if (await isBetweenTransactions()) return true;
    child.kill("SIGCONT");
    return false;
  });

it("a process that was halted for a minute finds itself relieved, and keeps nothing more", async () => {
  const comments = held(({ path }) => path === commentsOf(4));
  const halted = await worker();
  await comments.asked();
  const { run_claim } = await jobRow(job);
  await allIsIndexed();
  await halt(halted);
  await silenceOf(run_claim);
  await worker();
  await statusIs("COMPLETED");
  await allIsIndexed();
  await allIsThereOnce();
  const before = [await sourcesOfGuru(), await jobRow(job), zendesk.asked.length];
  halted.process.kill("SIGCONT");
  comments.release();
  await until("it to be done with its delivery", async () => (await deliveries()).every(isCompleted));
  expect([await sourcesOfGuru(), await jobRow(job), zendesk.asked.length]).toEqual(before);
  await allIsThereOnce();
}, 60_000);
