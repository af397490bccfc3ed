import { describe, expect, it } from "vitest";
import { queueDueJobs } from "@/lib/features/backfill-jobs/syncing/runs";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { replaceCredentials } from "@/lib/features/integrations/commands/replace-credentials";
import { startWorker } from "@/lib/jobs/worker";
import { countOf, testRequest as request } from "@/tests/support/product";
import { confluenceLogin, dataCenterLogin, startConfluence } from "@/tests/support/stand-ins/confluence";
import {
  type AskedRequest,
  type ContentServer,
  type GivenAnswer,
  once,
  troubles,
} from "@/tests/support/stand-ins/content-server";
import { done } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import {
  create,
  eventsOfGuru,
  guru,
  jobFor,
  jobRow,
  member,
  product,
  sourcesOfGuru,
  started,
  synced,
  withBackfillProduct,
} from "./backfill-world";
import { type ContentService, contentServices, wordsOf } from "./content-service-table";

withBackfillProduct();

const tie = ({ type, login }: ContentService, { url }: ContentServer) => {
  const input = { guru: guru.slug, type, baseUrl: url, ...login };
  return createIntegration.execute({ principal: member, request, input });
};
const asked = ({ good: { query, contentType } }: ContentService) => ({
  query,
  ...(contentType === null ? {} : { contentType }),
});

/** Five items on three pages, and a job that has not run yet, both made as the forms make them. */
async function madeByForm(service: ContentService): Promise<{ server: ContentServer; job: string }> {
  const server = await started(service.start());
  service.fill(server, 5);
  const integration = done(await tie(service, server));
  return { server, job: await jobFor(integration.id, asked(service)) };
}

const isDue = (job: string) =>
  product.admin`update backfill_job set next_run_at = now() - interval '1 second' where id = ${job}`;

/** The run and the indexing that are to come, by a worker with its queue and its clock. */
async function workedOff(job: string): Promise<void> {
  const { finished_at: before } = await jobRow(job);
  const worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
  try {
    await until("the end of the run", async () => {
      const { finished_at: at } = await jobRow(job);
      return at !== null && at.getTime() !== before?.getTime();
    });
    await until("the indexing", async () =>
      (await sourcesOfGuru()).every(({ status }) => status === "SUCCESS"),
    );
  } finally {
    await worker.stop();
  }
}

const eventsAfter = async (seen: readonly unknown[]) => (await eventsOfGuru()).slice(seen.length);
const statusesIn = (events: Awaited<ReturnType<typeof eventsOfGuru>>) =>
  events
    .filter(({ operation }) => operation === "UPDATE_BACKFILL_JOB")
    .map(({ actor_type, changes: [change] }) => `${change?.before} to ${change?.after} by ${actor_type}`);
const run = (before: string, after: string) => [
  `${before} to SYNCING by system`,
  `SYNCING to ${after} by system`,
];
const targetsOf = (events: Awaited<ReturnType<typeof eventsOfGuru>>, wanted: string) =>
  events
    .filter(({ operation, actor_type }) => operation === wanted && actor_type === "system")
    .map(({ target_id }) => target_id);
const passages = () => product.admin`
  select p.data_source_id, p.content from passage p join data_source d on d.id = p.data_source_id
  where d.guru_id = ${guru.id} order by p.data_source_id, p.ordinal`;

describe.each(contentServices)("$name", (service) => {
  it("from the form to what the guru answers from: one source and one event an item, and none twice", async () => {
    const { server, job } = await madeByForm(service);
    const made = await eventsOfGuru();
    expect(made.slice(-2).map(({ operation, actor_email }) => [operation, actor_email])).toEqual([
      ["CREATE_INTEGRATION", member.email],
      ["CREATE_BACKFILL_JOB", member.email],
    ]);

    await workedOff(job);
    const first = await eventsAfter(made);
    const sources = await sourcesOfGuru();
    const ids = sources.map(({ id }) => String(id));
    expect(sources.map(({ title }) => /Item \d/.exec(title)?.[0])).toEqual(
      [1, 2, 3, 4, 5].map((n) => `Item ${n}`),
    );
    expect(statusesIn(first)).toEqual(run("WAITING", "COMPLETED"));
    expect(targetsOf(first, "ADD_DATASOURCE").toSorted()).toEqual(ids);
    expect(targetsOf(first, "INDEX_DATASOURCE").toSorted()).toEqual(ids);
    expect(first).toHaveLength(2 + 5 + 5);
    const before = await passages();
    for (const [at, { content }] of before.entries()) expect(content).toContain(wordsOf(at + 1));
    expect(before).toHaveLength(5);

    await isDue(job);
    const beforeSecond = await eventsOfGuru();
    await workedOff(job);
    const second = await eventsAfter(beforeSecond);
    expect(statusesIn(second)).toEqual(run("COMPLETED", "COMPLETED"));
    expect(second).toHaveLength(2);
    expect([await sourcesOfGuru(), await passages()]).toEqual([sources, before]);

    service.fill(server, 5, 3);
    await isDue(job);
    const beforeThird = await eventsOfGuru();
    await workedOff(job);
    const third = await eventsAfter(beforeThird);
    expect(statusesIn(third)).toEqual(run("COMPLETED", "COMPLETED"));
    const changed = third.filter(({ operation }) => operation === "ADD_DATASOURCE");
    expect(changed).toMatchObject([{ actor_type: "system", target_id: ids[2], details: { updated: true } }]);
    expect(targetsOf(third, "INDEX_DATASOURCE")).toEqual([ids[2]]);
    expect(third).toHaveLength(2 + 1 + 1);
    const after = await passages();
    expect(after[2]?.content).toContain(wordsOf(3, 3));
    expect(after.toSpliced(2, 1)).toEqual(before.toSpliced(2, 1));
    expect(await jobRow(job)).toMatchObject({ run_found: 5, run_added: 0, run_changed: 1, added_total: 5 });
  }, 90_000);

  const trouble: [string, GivenAnswer, string | null][] = [
    ["401", troubles.unauthorized, "refuses these credentials"],
    ["429 with Retry-After", troubles.slowDown(1), null],
    ["500", troubles.fault, null],
    ["malformed JSON", troubles.malformed, "something else than its documentation describes"],
  ];
  it.each(trouble)(
    "%s midway: all of it comes in, once, by this run or the next",
    async (_, answer, fails) => {
      const { server, job } = await madeByForm(service);
      const made = await eventsOfGuru();
      let pages = 0;
      const isSecondPage = (request: AskedRequest) => service.isPage(request) && ++pages === 2;
      once(server, isSecondPage, () => answer);
      const row = await synced(job);
      expect(server.trouble).toEqual([]);
      if (fails !== null) {
        expect(row).toMatchObject({ status: "FAILED", note: expect.stringContaining(fails), run_added: 2 });
        expect(await sourcesOfGuru()).toHaveLength(2);
        await isDue(job);
        expect(await queueDueJobs()).toBe(1);
        await synced(job);
      }
      expect(await jobRow(job)).toMatchObject({
        status: "COMPLETED",
        note: null,
        run_found: 5,
        added_total: 5,
      });
      const events = await eventsAfter(made);
      expect(statusesIn(events)).toEqual([
        ...(fails === null ? [] : run("WAITING", "FAILED")),
        ...run(fails === null ? "WAITING" : "FAILED", "COMPLETED"),
      ]);
      const ids = (await sourcesOfGuru()).map(({ id }) => String(id));
      expect(ids).toHaveLength(5);
      expect(targetsOf(events, "ADD_DATASOURCE").toSorted()).toEqual(ids);
    },
  );

  it("keeps neither integration nor job where the service answers with any of these", async () => {
    const server = await started(service.start());
    service.fill(server, 1);
    const answers = [troubles.unauthorized, troubles.slowDown(600), troubles.fault, troubles.malformed];
    for (const answer of answers) {
      server.trouble.push(answer);
      const refused = await tie(service, server);
      expect(refused).toMatchObject({
        ok: false,
        message: expect.stringContaining(service.name.split(" ")[0] ?? ""),
      });
      expect(JSON.stringify(refused)).not.toContain(service.login.apiToken);
    }
    server.trouble.push(troubles.slowDown(1));
    const { id } = done(await tie(service, server));
    const before = [await countOf("backfill_job"), await eventsOfGuru()];
    for (const answer of answers) {
      server.trouble.push(answer);
      expect(await create(id, asked(service))).toMatchObject({ ok: false });
    }
    expect([await countOf("backfill_job"), await eventsOfGuru()]).toEqual(before);
  });
});

it("Confluence Data Center at the root of its host: where it stands is kept with the integration, and changes with it", async () => {
  const own = await started(startConfluence(dataCenterLogin));
  Object.assign(own, { isDataCenter: true, pageSize: 2 });
  own.pages = [1, 2, 3].map((n) => ({
    id: `${n}`,
    title: `Page ${n}`,
    version: 1,
    html: `<p>${wordsOf(n)}</p>`,
  }));
  const about = { guru: guru.slug, type: "CONFLUENCE" };
  const input = { ...about, baseUrl: own.url, ...dataCenterLogin };
  const { id } = done(await createIntegration.execute({ principal: member, request, input }));
  expect(await synced(await jobFor(id, { query: "space = DOCS" }))).toMatchObject({
    status: "COMPLETED",
    added_total: 3,
  });
  expect((await sourcesOfGuru()).map(({ title, url }) => [title, url])).toEqual(
    [1, 2, 3].map((n) => [`Page ${n}`, `${own.url}/spaces/DOCS/pages/${n}`]),
  );

  const { slug } = guru;
  const cloud = await started(startConfluence());
  const moved = { ...about, guru: slug, id, baseUrl: cloud.url, ...confluenceLogin };
  done(await replaceCredentials.execute({ principal: member, request, input: moved }));
  const [row] = await product.admin`select settings from integration where id = ${id}`;
  expect(row?.settings).toEqual({ contextPath: "/wiki" });
});
