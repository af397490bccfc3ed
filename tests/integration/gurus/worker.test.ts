import { describe, expect, it } from "vitest";
import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { completeIndexing } from "@/lib/features/data-sources/commands/complete-indexing";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { failIndexing } from "@/lib/features/data-sources/commands/fail-indexing";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { beginRun, keepBatch } from "@/lib/features/data-sources/indexing/runs";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { testRequest as request } from "@/tests/support/product";
import { done, guruOf, textIn } from "./guru-for-tests";
import {
  eventsOf,
  fileIn,
  guru,
  longText,
  member,
  passagesOf,
  product,
  sourceRow,
  start,
  statusIs,
  until,
  withWorkerProduct,
} from "./worker-harness";

withWorkerProduct();

/** One passage, as a run keeps it. */
const batchOf = (content: string, bytes: number) => ({
  from: 0,
  passages: [{ heading: "", content }],
  words: [],
  progress: { bytes },
});

const jobsOf = async (id: string) =>
  (await product.admin`select 1 from pgboss.job where data->>'dataSourceId' = ${id}`).length;

describe("the worker", () => {
  it("indexes what was added as System, without an address, with the rights of the runtime role alone", async () => {
    const text = await textIn(guru.slug, member, "Rollback", "Roll the gateway back.\n\nWith one command.");
    const file = await fileIn("guide.md", "# Guide\nStart here.\n\n## Deploy\nPush to main.\n");
    await start();
    await statusIs(text, "SUCCESS");
    await statusIs(file, "SUCCESS");
    const [, event] = await eventsOf(file);
    expect(event).toMatchObject({
      operation: "INDEX_DATASOURCE",
      outcome: "success",
      actor_type: "system",
      actor_id: "system",
      ip: null,
      account_id: null,
      target_label: "MARKDOWN - guide.md",
      guru_slug: guru.slug,
      details: { passages: 2 },
    });
    expect(event?.changes).toEqual([
      { field: "status", before: "PROCESSING", after: "SUCCESS" },
      { field: "passages", before: 0, after: 2 },
    ]);
    expect(await passagesOf(file)).toEqual([
      { run: 1, ordinal: 0, heading: "Guide", content: "Start here." },
      { run: 1, ordinal: 1, heading: "Guide › Deploy", content: "Push to main." },
    ]);
    expect(await sourceRow(file)).toMatchObject({ passages: 2, shown_run: 1, error: null });
    await until(
      "the queue to be empty",
      async () => (await product.admin`select 1 from pgboss.job where state < 'completed'`).length === 0,
    );
  });

  it("says in words why a source could not be indexed, with INDEX_DATASOURCE_FAILED", async () => {
    const id = await textIn(guru.slug, member, "Only signs", "# \n## \n");
    const broken = await fileIn("broken.txt", "some text");
    await product.admin`delete from upload_chunk where upload_id = ${(await sourceRow(broken))?.upload_id}`;
    await start();
    await statusIs(id, "FAIL");
    await statusIs(broken, "FAIL");
    const [, event] = await eventsOf(broken);
    expect(event).toMatchObject({
      operation: "INDEX_DATASOURCE_FAILED",
      outcome: "failure",
      action_type: "updated",
      actor_type: "system",
      details: { message: expect.stringContaining("upload the file again") },
      changes: [{ field: "status", before: "PROCESSING", after: "FAIL" }],
    });
    expect((await sourceRow(id))?.error).toContain("no text");
  });

  it("carries on after a crash midway, and doubles nothing", async () => {
    const id = await textIn(guru.slug, member, "Crashed", longText(700, "crashed"));
    const run = await beginRun(id);
    if (!run) throw new Error("no run");
    // What a killed process leaves: PROCESSING, a batch of passages, no sign of life any more.
    expect(await keepBatch(run, batchOf("left behind", 10))).toBe(true);
    expect(await beginRun(id)).toBeNull();
    await product.admin`update data_source set heartbeat_at = now() - interval '31 seconds' where id = ${id}`;
    await product.admin`delete from pgboss.job where data->>'dataSourceId' = ${id}`;
    await start();
    await statusIs(id, "SUCCESS");
    const passages = await passagesOf(id);
    expect(passages.map((p) => p.ordinal)).toEqual(Array.from({ length: 700 }, (_, n) => n));
    expect(passages.some((p) => p.content === "left behind")).toBe(false);
    expect((await eventsOf(id)).map((e) => e.operation)).toEqual(["ADD_DATASOURCE", "INDEX_DATASOURCE"]);
    expect(await keepBatch(run, { ...batchOf("a ghost", 20), from: 1 })).toBe(false);
  });

  it("fails a source whose indexing takes its process down four times, instead of going round for ever", async () => {
    const id = await textIn(guru.slug, member, "Poison", "poison");
    for (let n = 0; n < 4; n++) {
      expect(await beginRun(id)).not.toBeNull();
      await product.admin`update data_source set heartbeat_at = now() - interval '31 seconds' where id = ${id}`;
    }
    await start();
    await statusIs(id, "FAIL");
    expect((await eventsOf(id)).at(-1)).toMatchObject({
      operation: "INDEX_DATASOURCE_FAILED",
      details: { message: expect.stringContaining("4 times") },
    });
  });

  it("tries again after an error, and says so after the fourth", async () => {
    const id = await textIn(guru.slug, member, "Failing", "failing text");
    await product.admin.unsafe(`
      create function test_no_passages() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$;
      create trigger test_no_passages before insert on passage for each statement execute function test_no_passages();`);
    try {
      for (let n = 0; n < 3; n++) await expect(indexDataSource({ dataSourceId: id })).rejects.toThrow();
      expect(await sourceRow(id)).toMatchObject({ status: "NOT_PROCESSED", attempts: 3 });
      expect(await eventsOf(id)).toHaveLength(1);
      await indexDataSource({ dataSourceId: id });
    } finally {
      await product.admin.unsafe(
        "drop trigger test_no_passages on passage; drop function test_no_passages()",
      );
    }
    expect(await sourceRow(id)).toMatchObject({ status: "FAIL", error: expect.stringContaining("Reindex") });
    expect((await eventsOf(id)).map((e) => e.operation)).toEqual([
      "ADD_DATASOURCE",
      "INDEX_DATASOURCE_FAILED",
    ]);
  });

  it("keeps the source PROCESSING, and the old passages, when the log takes no event", async () => {
    const id = await textIn(guru.slug, member, "Unrecorded", "unrecorded text");
    const run = await beginRun(id);
    if (!run) throw new Error("no run");
    await keepBatch(run, batchOf("unrecorded text", 15));
    await product.admin.unsafe(`
      create function test_break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
      create trigger test_break before insert on audit_event for each row execute function test_break();`);
    const input = { dataSourceId: id, run: run.number, claim: run.claim, passages: 1 };
    const result = await completeIndexing.execute({ principal: systemPrincipal, request: noRequest, input });
    await product.admin.unsafe("drop trigger test_break on audit_event; drop function test_break()");
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await sourceRow(id)).toMatchObject({ status: "PROCESSING", shown_run: 0 });
    done(await completeIndexing.execute({ principal: systemPrincipal, request: noRequest, input }));
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", shown_run: 1 });
  });

  it("records nothing for a source that was deleted, or changed, while it was read", async () => {
    const gone = await textIn(guru.slug, member, "Gone", "gone");
    const run = await beginRun(gone);
    if (!run) throw new Error("no run");
    done(
      await deleteDataSources.execute({
        principal: member,
        request,
        input: { guru: guru.slug, ids: [gone] },
      }),
    );
    expect(await keepBatch(run, batchOf("gone", 4))).toBe(false);
    const input = { dataSourceId: gone, run: run.number, claim: run.claim };
    done(
      await completeIndexing.execute({
        principal: systemPrincipal,
        request: noRequest,
        input: { ...input, passages: 1 },
      }),
    );
    done(
      await failIndexing.execute({
        principal: systemPrincipal,
        request: noRequest,
        input: { ...input, message: "x" },
      }),
    );
    await indexDataSource({ dataSourceId: gone });
    expect((await eventsOf(gone)).map((e) => e.operation)).toEqual(["ADD_DATASOURCE", "DELETE_DATASOURCE"]);

    const changing = await textIn(guru.slug, member, "Changing", "old words");
    const old = await beginRun(changing);
    if (!old) throw new Error("no run");
    await textIn(guru.slug, member, "Changing", "new words");
    done(
      await completeIndexing.execute({
        principal: systemPrincipal,
        request: noRequest,
        input: { dataSourceId: changing, run: old.number, claim: old.claim, passages: 1 },
      }),
    );
    expect(await sourceRow(changing)).toMatchObject({ status: "NOT_PROCESSED", shown_run: 0 });
    await indexDataSource({ dataSourceId: changing });
    expect((await passagesOf(changing)).map((p) => p.content)).toEqual(["new words"]);
  });

  it("leaves a guru deletable while its sources are indexed", async () => {
    const own = await guruOf(member);
    const id = await textIn(own.slug, member, "Long", longText(3_000, "long"));
    const indexing = indexDataSource({ dataSourceId: id });
    await until(
      "progress",
      async () =>
        Number((await sourceRow(id))?.progress_bytes ?? 0) > 0 || (await sourceRow(id))?.status === "SUCCESS",
    );
    done(
      await deleteGuru.execute({
        principal: member,
        request,
        input: { guru: own.slug, confirmation: own.slug },
      }),
    );
    await indexing;
    expect(await passagesOf(id)).toHaveLength(0);
  });

  it("gives a source back with a job of its own, and without counting the try, when it is stopped", async () => {
    const id = await textIn(guru.slug, member, "Stopped", longText(100, "stopped"));
    for (let stops = 1; stops <= 5; stops += 1) {
      await indexDataSource({ dataSourceId: id }, AbortSignal.abort());
      expect(await sourceRow(id)).toMatchObject({ status: "NOT_PROCESSED", attempts: 0 });
      // Beside the one that it was added with, which the queue delivers a few times only.
      expect(await jobsOf(id)).toBe(1 + stops);
    }
    await indexDataSource({ dataSourceId: id });
    expect(await passagesOf(id)).toHaveLength(100);
  });
});
