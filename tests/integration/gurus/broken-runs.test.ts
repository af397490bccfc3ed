import { describe, expect, it } from "vitest";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { failIndexing } from "@/lib/features/data-sources/commands/fail-indexing";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import {
  beginRun,
  keepBatch,
  type Run,
  requeueSilent,
  signOfLife,
} from "@/lib/features/data-sources/indexing/runs";
import { testRequest as request } from "@/tests/support/product";
import { done, textIn } from "./guru-for-tests";
import { guru, member, passagesOf, product, sourceRow, until, withWorkerProduct } from "./worker-harness";

withWorkerProduct();

const batch = {
  from: 0,
  passages: [{ heading: "", content: "half of it" }],
  words: ["half"],
  progress: { bytes: 4 },
};

async function begun(id: string): Promise<Run> {
  const run = await beginRun(id);
  if (!run) throw new Error("no run");
  return run;
}

const silentFor = (id: string, interval: string) =>
  product.admin`update data_source set heartbeat_at = now() - ${interval}::interval where id = ${id}`;
const fallSilent = (id: string) => silentFor(id, "31 seconds");
const jobsOf = (id: string) => product.admin<{ state: string }[]>`
  select state from pgboss.job where data->>'dataSourceId' = ${id} order by created_on, id`;

async function keptOf(id: string) {
  const words =
    await product.admin`select run, word from passage_word where data_source_id = ${id} order by 1, 2`;
  return { passages: [...(await passagesOf(id))], words: [...words] };
}

async function failLate(id: string): Promise<void> {
  const run = await begun(id);
  const { passages } = await keptOf(id);
  expect(await keepBatch(run, batch)).toBe(true);
  expect((await keptOf(id)).passages).toHaveLength(passages.length + 1);
  const input = { dataSourceId: id, run: run.number, claim: run.claim, message: "The rest is missing." };
  done(await failIndexing.execute({ principal: systemPrincipal, request: noRequest, input }));
  expect(await sourceRow(id)).toMatchObject({ status: "FAIL", error: "The rest is missing." });
}

describe("a run that fails late", () => {
  it("leaves nothing behind", async () => {
    const id = await textIn(guru.slug, member, "Late", "late words");
    await failLate(id);
    expect(await keptOf(id)).toEqual({ passages: [], words: [] });
  });

  it("leaves what answered before as it was", async () => {
    const id = await textIn(guru.slug, member, "Shown", "shown words");
    await indexDataSource({ dataSourceId: id });
    const before = await keptOf(id);
    expect(before.passages).toMatchObject([{ content: "shown words" }]);
    expect(before.words).toHaveLength(2);
    const input = { guru: guru.slug, ids: [id] };
    done(await reindexDataSources.execute({ principal: member, request, input }));
    await failLate(id);
    expect(await keptOf(id)).toEqual(before);
  });
});

describe("a run that falls silent", () => {
  it("but is alive hears at its next sign of life that another takes its place", async () => {
    const id = await textIn(guru.slug, member, "Silent", "silent words");
    const run = await begun(id);
    expect(await signOfLife(run)).toBe(true);
    await fallSilent(id);
    expect(await requeueSilent()).toBe(1);
    expect(await signOfLife(run)).toBe(false);
    expect(await keepBatch(run, batch)).toBe(false);
    await indexDataSource({ dataSourceId: id });
    expect((await passagesOf(id)).map((passage) => passage.content)).toEqual(["silent words"]);
  });

  it("is not one that took long to clear up before it began", async () => {
    const id = await textIn(guru.slug, member, "Cluttered", "cluttered words");
    expect(await keepBatch(await begun(id), batch)).toBe(true);
    await fallSilent(id);
    let next: Promise<Run | null> = Promise.resolve(null);
    const clearingAt = await product.admin.begin(async (sql) => {
      await sql`select 1 from passage where data_source_id = ${id} for update`;
      next = beginRun(id);
      await until("the run to clear up", async () => {
        const waiting = await product.admin`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return waiting.length === 1;
      });
      const [clock] = await sql<{ at: string }[]>`select clock_timestamp()::text as at`;
      return clock?.at ?? "";
    });
    expect(await next).not.toBeNull();
    const [row] = await product.admin`
      select heartbeat_at >= ${clearingAt}::timestamptz as later from data_source where id = ${id}`;
    expect(row).toEqual({ later: true });
  });
});

describe("a source that waits", () => {
  it("keeps the one job that it has, however long it waits, and gets one when that is lost", async () => {
    const id = await textIn(guru.slug, member, "Waiting", "waiting words");
    for (let looks = 0; looks < 3; looks += 1) {
      await silentFor(id, "11 minutes");
      await requeueSilent();
      expect(await jobsOf(id)).toEqual([{ state: "created" }]);
    }
    await product.admin`update pgboss.job set state = 'retry' where data->>'dataSourceId' = ${id}`;
    await silentFor(id, "11 minutes");
    await requeueSilent();
    expect(await jobsOf(id)).toEqual([{ state: "retry" }]);
    await product.admin`delete from pgboss.job where data->>'dataSourceId' = ${id}`;
    for (let looks = 0; looks < 2; looks += 1) {
      await silentFor(id, "11 minutes");
      await requeueSilent();
      expect(await jobsOf(id)).toEqual([{ state: "created" }]);
    }
  });

  it("gets one where its job is with a worker that crashed, or was used up", async () => {
    for (const [title, state] of [
      ["Held", "active"],
      ["Used up", "failed"],
    ] as const) {
      const id = await textIn(guru.slug, member, title, "words");
      await begun(id);
      await product.admin`update pgboss.job set state = ${state} where data->>'dataSourceId' = ${id}`;
      for (const silence of ["31 seconds", "11 minutes"]) {
        await silentFor(id, silence);
        await requeueSilent();
        expect(await jobsOf(id)).toEqual([{ state }, { state: "created" }]);
      }
    }
  });
});
