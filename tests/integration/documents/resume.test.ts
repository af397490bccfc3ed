import { describe, expect, it } from "vitest";
import { reindexDataSources } from "@/lib/features/data-sources/commands/reindex-data-sources";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { PassageKeeper } from "@/lib/features/data-sources/indexing/passage-keeper";
import { textOf } from "@/lib/features/data-sources/indexing/read-text";
import { beginRun, keepBatch } from "@/lib/features/data-sources/indexing/runs";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { makeWord, makeWorkbook } from "@/tests/support/documents/office";
import { makePdf } from "@/tests/support/documents/pdf";
import { testRequest as request } from "@/tests/support/product";
import { guru, member, passagesOf, product, sourceOf, withDocumentProduct } from "./document-harness";

withDocumentProduct();

const handbook = (name: string) =>
  makePdf(Array.from({ length: 120 }, (_, n) => [`Chapter ${n + 1} of ${name} tells of day${n + 1}.`]));

/** Reads a source as far as `pieces`, keeps that, and falls silent as a killed process does. */
async function crashAfter(id: string, pieces: number) {
  const run = await beginRun(id);
  if (!run) throw new Error("no run");
  const keeper = new PassageKeeper(run);
  let taken = 0;
  for await (const piece of textOf(run.source, new AbortController().signal)) {
    expect(await keeper.take(piece)).toBe(true);
    taken += 1;
    if (taken === pieces) break;
  }
  expect(await keeper.end()).toBe(true);
  await product.admin`update data_source set heartbeat_at = now() - interval '31 seconds' where id = ${id}`;
  return run;
}

const rowOf = async (id: string) =>
  (await product.admin`select * from data_source where id = ${id}`)[0] as Record<string, unknown>;

describe("a document whose indexing crashed midway", () => {
  it("goes on behind what is kept, reads that no second time, and doubles nothing", async () => {
    const id = await sourceOf("crashed.pdf", handbook("crashed"));
    const crashed = await crashAfter(id, 70);
    expect(await rowOf(id)).toMatchObject({
      progress_done: 70,
      progress_total: 120,
      progress_note: "page 70 of 120",
      resume: { run: 1, passages: 70, at: { page: 71 } },
    });
    const before = await passagesOf(id);
    await indexDataSource({ dataSourceId: id });
    const after = await passagesOf(id);
    expect(after.map((p) => p.locator)).toEqual(Array.from({ length: 120 }, (_, n) => `page ${n + 1}`));
    expect(after.map((p) => p.ordinal)).toEqual(Array.from({ length: 120 }, (_, n) => n));
    // The rows of the first 70 pages are the very same: nobody wrote them again.
    expect(after.slice(0, 70).map((p) => p.xmin)).toEqual(before.map((p) => p.xmin));
    expect(await rowOf(id)).toMatchObject({
      status: "SUCCESS",
      passages: 120,
      shown_run: 1,
      resume: null,
      progress_note: null,
    });
    // What the first process still does finds that it has been relieved.
    const ghost = {
      from: 120,
      passages: [{ heading: "", content: "ghost" }],
      words: [],
      progress: { bytes: 1 },
    };
    expect(await keepBatch(crashed, ghost)).toBe(false);
    const words = await product.admin`select word from passage_word where data_source_id = ${id}`;
    expect(words.map((row) => row.word)).toEqual(
      expect.arrayContaining(["day1", "day70", "day71", "day120"]),
    );
    expect((await product.events("datasource.indexed")).filter((e) => e.target_id === id)).toHaveLength(1);
  });

  it("cuts again what was kept behind the place from which it goes on", async () => {
    const id = await sourceOf("torn.pdf", handbook("torn"));
    const run = await crashAfter(id, 30);
    // A batch after the last whole page, as a large page leaves it.
    await product.admin`
      insert into passage (data_source_id, run, ordinal, guru_id, content)
      select ${id}, ${run.number}, 30, guru_id, 'half a page' from data_source where id = ${id}`;
    await indexDataSource({ dataSourceId: id });
    const passages = await passagesOf(id);
    expect(passages).toHaveLength(120);
    expect(passages.some((p) => p.content === "half a page")).toBe(false);
  });

  it("goes on in the middle of a sheet", async () => {
    const rows = Array.from({ length: 3_000 }, (_, n) => [`Bank ${n}`, n]);
    const id = await sourceOf("crashed.xlsx", makeWorkbook({ First: rows, Second: rows }));
    await crashAfter(id, 40);
    expect((await rowOf(id)).resume).toMatchObject({ at: { sheet: 0, row: expect.any(Number) } });
    const before = await passagesOf(id);
    await indexDataSource({ dataSourceId: id });
    const after = await passagesOf(id);
    expect(after.slice(0, before.length).map((p) => p.xmin)).toEqual(before.map((p) => p.xmin));
    for (const sheet of ["First", "Second"]) {
      const text = after.filter((p) => p.heading === sheet).map((p) => p.content);
      const banks = text.flatMap((content) => [...content.matchAll(/Bank (\d+)/g)].map((m) => Number(m[1])));
      expect(new Set(banks).size, sheet).toBe(3_000);
    }
  });

  it("goes on in a Word document under the headings that it stands under", async () => {
    const day = (n: number) => `On day ${n} the gateway is closed. ${"It opens on the next. ".repeat(60)}`;
    const section = (name: string) => [
      { text: name, style: "Heading1" },
      { text: `Hours of ${name}`, style: "Heading2" },
      ...Array.from({ length: 60 }, (_, n) => ({ text: day(n) })),
      { text: `Left bare in ${name}`, style: "Heading2" },
    ];
    const id = await sourceOf("crashed.docx", makeWord([...section("North"), ...section("South")]));
    const whole = await sourceOf(
      "whole.docx",
      makeWord([...section("North"), ...section("South"), { text: "." }]),
    );
    await indexDataSource({ dataSourceId: whole });
    await crashAfter(id, 2);
    const before = await passagesOf(id);
    await indexDataSource({ dataSourceId: id });
    const after = await passagesOf(id);
    expect(after.slice(0, before.length).map((p) => p.xmin)).toEqual(before.map((p) => p.xmin));
    const told = (passages: typeof after) => passages.map(({ heading, content }) => [heading, content]);
    expect(told(after).slice(0, -1)).toEqual(told(await passagesOf(whole)).slice(0, -1));
    expect(after[before.length]?.heading).toBe("North › Hours of North");
    expect(after.filter((p) => p.content.startsWith("Left bare"))).toMatchObject([
      { heading: "North › Left bare in North" },
      { heading: "South › Left bare in South" },
    ]);
  });

  it("begins from the start when it was sent to be indexed anew meanwhile", async () => {
    const id = await sourceOf("anew.pdf", handbook("anew"));
    await crashAfter(id, 50);
    done(
      await reindexDataSources.execute({ principal: member, request, input: { guru: guru.slug, ids: [id] } }),
    );
    expect(await rowOf(id)).toMatchObject({ resume: null, progress_done: null });
    const before = await passagesOf(id);
    await indexDataSource({ dataSourceId: id });
    const after = await passagesOf(id);
    expect(after).toHaveLength(120);
    const kept = new Set(before.map((p) => p.xmin));
    expect(after.some((p) => kept.has(p.xmin))).toBe(false);
  });

  it("takes what stands there for nothing when the reader does not understand it", async () => {
    const id = await sourceOf("odd.pdf", handbook("odd"));
    await product.admin`
      update data_source set index_run = 1, resume = '{"run": 1, "passages": 0, "at": {"page": "first"}}' where id = ${id}`;
    await indexDataSource({ dataSourceId: id });
    expect(await passagesOf(id)).toHaveLength(120);
  });
});
