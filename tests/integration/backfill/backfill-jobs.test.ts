import { describe, expect, it } from "vitest";
import type { Principal } from "@/lib/access/principal";
import { deleteBackfillJob } from "@/lib/features/backfill-jobs/commands/delete-backfill-job";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { pauseBackfillJob } from "@/lib/features/backfill-jobs/commands/pause-backfill-job";
import { syncBackfillJob } from "@/lib/features/backfill-jobs/commands/sync-backfill-job";
import { guruBackfillJob, guruBackfillJobs } from "@/lib/features/backfill-jobs/queries";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { breakTheLog, byKey, countOf, testRequest as request } from "@/tests/support/product";
import { troubles } from "@/tests/support/stand-ins/content-server";
import { jiraLogin } from "@/tests/support/stand-ins/jira";
import { done } from "../gurus/guru-for-tests";
import {
  create,
  eventsOfGuru,
  guru,
  issue,
  jira,
  jiraIntegration,
  jobFor,
  jobRow,
  member,
  newGuru,
  ofDocs,
  product,
  sourcesOfGuru,
  synced,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();
withJira();

const operations = async () => (await eventsOfGuru()).map((event) => event.operation);
const act = {
  edit: (input: object, principal: Principal = member) =>
    editBackfillJob.execute({ principal, request, input: { guru: guru.slug, ...input } }),
  pause: (id: string, paused: "on" | "off", principal: Principal = member) =>
    pauseBackfillJob.execute({ principal, request, input: { guru: guru.slug, id, paused } }),
  sync: (id: string, principal: Principal = member) =>
    syncBackfillJob.execute({ principal, request, input: { guru: guru.slug, id } }),
  delete: (id: string, principal: Principal = member) =>
    deleteBackfillJob.execute({ principal, request, input: { guru: guru.slug, id } }),
};

describe("making a job", () => {
  it("asks the service first, keeps it with one event, and queues its first run", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    expect(jira.asked.map(({ path, query }) => [path, query.get("maxResults")])).toEqual([
      ["/rest/api/3/search/jql", "1"],
    ]);
    expect(await jobRow(id)).toMatchObject({ status: "WAITING", run_wanted: true, interval_hours: 1 });
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "CREATE_BACKFILL_JOB",
      action_type: "created",
      model: "IntegrationBackfillJob",
      target_type: "backfill_job",
      target_id: id,
      target_label: "JIRA - project = DOCS",
      actor_email: member.email,
      details: { type: "JIRA", query: "project = DOCS", intervalHours: 1 },
    });
    const queued = await product.admin`select 1 from pgboss.job where data->>'backfillJobId' = ${id}`;
    expect(queued).toHaveLength(1);
  });

  it("by key is the person's act, with the key in the details", async () => {
    done(await create(jiraIntegration, ofDocs, byKey(member, ["gurus"]) as never));
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "CREATE_BACKFILL_JOB",
      actor_email: member.email,
    });
  });

  it("is refused in the service's own words, beside the query, and leaves nothing", async () => {
    const before = [await countOf("backfill_job"), (await operations()).length];
    const result = await create(jiraIntegration, { query: "all issues please" });
    expect(result).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { query: [expect.stringContaining("Error in the JQL Query")] },
    });
    for (const [trouble, code] of [
      [troubles.unauthorized, "conflict"],
      [troubles.fault, "busy"],
      [troubles.malformed, "conflict"],
      [troubles.slowDown(600), "busy"],
    ] as const) {
      jira.trouble.push(trouble);
      const refused = await create(jiraIntegration, ofDocs);
      expect(refused).toMatchObject({ ok: false, code });
      expect(JSON.stringify(refused)).not.toContain(jiraLogin.apiToken);
    }
    expect([await countOf("backfill_job"), (await operations()).length]).toEqual(before);
  });

  it.each([
    ["no query", { query: "" }, "query"],
    ["half an hour", { ...ofDocs, intervalHours: "0" }, "intervalHours"],
    ["a part of an hour", { ...ofDocs, intervalHours: "1.5" }, "intervalHours"],
    ["31 days", { ...ofDocs, intervalHours: "744" }, "intervalHours"],
    ["a query of two lines", { query: "project = DOCS\nORDER BY x" }, "query"],
    ["a NUL", { query: "project = DOCS\0" }, "query"],
    ["ten megabytes", { query: "x".repeat(10 * 1024 * 1024) }, "query"],
    ["another content type", { ...ofDocs, contentType: "users" }, "contentType"],
  ])("with %s says so beside the field, without an event", async (_, input, field) => {
    const before = (await operations()).length;
    const refused = await create(jiraIntegration, input);
    expect(refused).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { [field]: [expect.any(String)] },
    });
    expect((await operations()).length).toBe(before);
  });

  it("takes the integrations of the guru alone, and asks no service for a stranger", async () => {
    const foreign = jiraIntegration;
    await newGuru();
    expect(await create(foreign, ofDocs)).toMatchObject({ ok: false, code: "not_found" });
    const stranger = await product.person(`s${Date.now()}@halden.example`);
    expect(await create(foreign, ofDocs, stranger)).toMatchObject({ ok: false, code: "not_found" });
    expect(jira.asked).toEqual([]);
    expect((await product.events("access.denied")).at(-1)).toMatchObject({ account_id: stranger.accountId });
  });

  it("does not happen when the log is broken", async () => {
    const mend = await breakTheLog(product);
    const before = await countOf("backfill_job");
    const result = await create(jiraIntegration, ofDocs);
    await mend();
    expect([result.ok, await countOf("backfill_job")]).toEqual([false, before]);
  });

  it("beyond fifty a guru is refused", async () => {
    await product.admin`
      insert into backfill_job (guru_id, integration_id, query, label, interval_hours, run_wanted)
      select ${guru.id}::uuid, ${jiraIntegration}::uuid, 'q', 'q', 1, false from generate_series(1, 50)`;
    expect(await create(jiraIntegration, ofDocs)).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("changing a job", () => {
  it("records each field before and after, and runs at once where it finds something else", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    await synced(id);
    const input = { id, query: "project = OPS", intervalHours: "24" };
    expect(done(await act.edit(input))).toMatchObject({ changed: true });
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "UPDATE_BACKFILL_JOB",
      actor_type: "user",
      target_label: "JIRA - project = OPS",
      changes: [
        { field: "query", before: "project = DOCS", after: "project = OPS" },
        { field: "interval_hours", before: 1, after: 24 },
      ],
    });
    expect(await jobRow(id)).toMatchObject({ run_wanted: true, next_run_at: null });
    await synced(id);
    expect(done(await act.edit(input))).toMatchObject({ changed: false });
    const before = (await operations()).length;
    expect(await act.edit({ ...input, query: "what" })).toMatchObject({ ok: false, code: "invalid" });
    expect((await operations()).length).toBe(before);
  });

  it("moves the next run where only the interval changes", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    await synced(id);
    done(await act.edit({ id, ...ofDocs, intervalHours: "48" }));
    const row = await jobRow(id);
    expect(row.run_wanted).toBe(false);
    expect((row.next_run_at - Date.now()) / 3_600_000).toBeCloseTo(48, 1);
  });

  it("pauses it and lets it go on; a paused one is run by hand alone", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    await synced(id);
    done(await act.pause(id, "on"));
    expect(await jobRow(id)).toMatchObject({ paused: true, next_run_at: null, run_wanted: false });
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "UPDATE_BACKFILL_JOB",
      changes: [{ field: "paused", before: false, after: true }],
    });
    const before = (await operations()).length;
    done(await act.pause(id, "on"));
    expect((await operations()).length).toBe(before);
    done(await act.sync(id));
    expect(await synced(id)).toMatchObject({ status: "COMPLETED", paused: true, next_run_at: null });
    done(await act.pause(id, "off"));
    expect(await jobRow(id)).toMatchObject({ paused: false, run_wanted: true });
  });

  it("syncs it now, once: REINDEX_BACKFILL_JOB", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    expect(await act.sync(id)).toMatchObject({ ok: false, code: "busy" });
    await synced(id);
    done(await act.sync(id));
    expect((await eventsOfGuru()).at(-1)).toMatchObject({
      operation: "REINDEX_BACKFILL_JOB",
      action_type: "access",
      target_id: id,
    });
    expect(await act.sync(id)).toMatchObject({ ok: false, code: "busy" });
  });

  it("deletes it, and says of all of them that a deleted one is gone", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    done(await act.delete(id));
    expect((await eventsOfGuru()).at(-1)).toMatchObject({ operation: "DELETE_BACKFILL_JOB", target_id: id });
    const again = [
      act.delete(id),
      act.sync(id),
      act.pause(id, "on"),
      act.edit({ id, ...ofDocs, intervalHours: "1" }),
    ];
    for (const result of await Promise.all(again))
      expect(result).toMatchObject({ ok: false, code: "not_found" });
  });

  it("is refused to a viewer and to the maintainer of another guru", async () => {
    const id = await jobFor(jiraIntegration, ofDocs);
    const viewer = await product.person(`v${Date.now()}@halden.example`);
    await product.admin`insert into guru_role (guru_id, account_id, role) values (${guru.id}, ${viewer.accountId}, 'viewer')`;
    const tries = [act.delete(id, viewer), act.sync(id, viewer), act.pause(id, "on", viewer)];
    for (const result of await Promise.all(tries))
      expect(result).toMatchObject({ ok: false, code: "forbidden" });
    const own = guru.slug;
    await newGuru();
    expect(await act.delete(id)).toMatchObject({ ok: false, code: "not_found" });
    expect(guru.slug).not.toBe(own);
    expect(await jobRow(id)).toMatchObject({ status: "WAITING" });
  });
});

it("goes with its guru, one event each with that of the guru as cause", async () => {
  const ids = [
    await jobFor(jiraIntegration, ofDocs),
    await jobFor(jiraIntegration, { query: "project = OPS" }),
  ];
  const input = { guru: guru.slug, confirmation: guru.slug };
  done(await deleteGuru.execute({ principal: member, request, input }));
  const events = await eventsOfGuru();
  const [led] = events.filter(({ operation }) => operation === "DELETE_GURU");
  const gone = events.filter(({ operation }) => operation === "DELETE_BACKFILL_JOB");
  expect(gone.map(({ target_id }) => target_id)).toEqual(ids);
  expect(gone.every(({ cause }) => cause === led?.id)).toBe(true);
});

it("goes with its integration, with that as cause, and leaves what it brought in", async () => {
  jira.issues = [issue(1, { summary: "Stays" })];
  const id = await jobFor(jiraIntegration, ofDocs);
  await synced(id);
  const input = { guru: guru.slug, id: jiraIntegration };
  done(await deleteIntegration.execute({ principal: member, request, input }));
  const [led, gone] = (await eventsOfGuru()).slice(-2);
  expect([led?.operation, gone?.operation]).toEqual(["DELETE_INTEGRATION", "DELETE_BACKFILL_JOB"]);
  expect(gone).toMatchObject({ target_id: id, cause: led?.id });
  expect((await sourcesOfGuru()).map(({ title }) => title)).toEqual(["DOCS-1 Stays"]);
});

it("loses the name of whoever made it when they are erased, and runs on", async () => {
  const owner = await product.person("owner@halden.example", "owner");
  const maker = await product.person(`maker${Date.now()}@halden.example`);
  await product.admin`insert into guru_role (guru_id, account_id, role) values (${guru.id}, ${maker.accountId}, 'maintainer')`;
  const { id } = done(await create(jiraIntegration, ofDocs, maker));
  await product.admin`update backfill_job set note = ${`Jira says: no issue of ${maker.email}.`} where id = ${id}`;
  const input = { accountId: maker.accountId, confirmation: maker.email };
  done(await erasePerson.execute({ principal: owner, request, input }));
  expect(await jobRow(id)).toMatchObject({ created_by: null, note: null, query: ofDocs.query });
  expect(await synced(id)).toMatchObject({ status: "COMPLETED" });
});

it("is shown without a credential, to its maintainers alone", async () => {
  const id = await jobFor(jiraIntegration, ofDocs);
  const list = done(await guruBackfillJobs.execute({ principal: member, request, input: guru.slug }));
  const one = done(
    await guruBackfillJob.execute({ principal: member, request, input: { guru: guru.slug, id } }),
  );
  expect(list.jobs).toMatchObject([{ id, label: "project = DOCS", type: "JIRA", createdBy: member.email }]);
  expect(JSON.stringify([list, one])).not.toContain(jiraLogin.apiToken);
  expect(
    done(
      await guruBackfillJob.execute({ principal: member, request, input: { guru: guru.slug, id: guru.id } }),
    ),
  ).toBeNull();
  const stranger = await product.person(`q${Date.now()}@halden.example`);
  expect(await guruBackfillJobs.execute({ principal: stranger, request, input: guru.slug })).toMatchObject({
    code: "not_found",
  });
});
