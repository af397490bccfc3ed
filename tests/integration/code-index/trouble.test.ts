import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readDb } from "@/lib/db/client";
import { visibleRepositories } from "@/lib/features/code-search/repositories";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { queueDueCode } from "@/lib/features/data-sources/code-index/runs";
import { setRuntime } from "@/lib/platform/runtime";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  indexed,
  member,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import { codeOf, filesOf, lookAgain, pathsNaming, repositoryRow, segmentsOf } from "./harness";
import { withIndexer, withIndexers } from "./other-indexers";

withFetchingProduct();
withIndexers();

const jobsOf = (id: string) => product.admin`
  select id from pgboss.job where name = 'index-code' and state = 'created' and data->>'dataSourceId' = ${id}`;
const without = (id: string) => product.admin`delete from pgboss.job where data->>'dataSourceId' = ${id}`;

async function readSource(files: Record<string, string>, repository = new TestRepository()): Promise<string> {
  repository.commit(files);
  const host = await serveGit(repository);
  const id = await repositorySource(`${host.origin}/team/handbook`);
  await indexed(id);
  return id;
}

describe("when the code of a repository cannot be indexed", () => {
  it("the source is read all the same, the reason is said, and it is tried again by itself", async () => {
    const id = await readSource({ "a.txt": "some words" });
    expect(await jobsOf(id)).toHaveLength(1);
    await without(id);
    await withIndexer(null);
    await indexCode({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", error: null });
    expect(await repositoryRow(id)).toMatchObject({
      generation: 0,
      running: false,
      attempts: 1,
      problem: "Its code could not be indexed because of an error on our side. It is tried again by itself.",
    });
    // Not at once.
    await queueDueCode();
    expect(await jobsOf(id)).toHaveLength(0);
    await product.admin`update code_repository set next_try_at = now() where source_id = ${id}`;
    await queueDueCode();
    await queueDueCode();
    expect(await jobsOf(id)).toHaveLength(1);
    setRuntime(product.runtime);
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({ generation: 1, problem: null, attempts: 0, files: 1 });
  });

  it("because the disk is too full, it says how much it needs, and shows what it had", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "first words" });
    const id = await codeOf(repository);
    repository.commit({ "b.txt": "x".repeat(900_000) });
    await lookAgainWithout(id, 100_000_000);
    const row = await repositoryRow(id);
    expect(row.problem).toBe(
      "The index of this repository's code needs about 503 MB of free disk, and there are 100 MB. Make room; it is tried again by itself.",
    );
    expect(row).toMatchObject({ generation: 1, files: 1 });
    expect(await pathsNaming(id, "first words")).toEqual(["a.txt"]);
    await indexCode({ dataSourceId: id }, undefined, { free: async () => null });
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, files: 2, problem: null });
  });

  it("because of one file, that one is indexed without its symbols, or left out, and all others whole", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`src/f${n}.ts`, `export function found() {} // ${n}th\n`]),
    );
    files["src/f7.ts"] = "export function found() {} // ends the process by its symbols\n";
    files["src/f8.ts"] = "export function found() {} // ends the process always\n";
    const repository = new TestRepository();
    const id = await readSource(files, repository);
    await withIndexer("tests/support/crashing-indexer.ts");
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({ generation: 1, problem: null, files: 29 });
    const shown = await filesOf(id);
    expect(shown.map((file) => file.path)).not.toContain("src/f8.ts");
    const parts = await product.admin`
      select path, symbols from code_part p join code_file f using (segment_id)
      where f.source_id = ${id} and p.file_ordinal = f.ordinal`;
    expect(parts).toHaveLength(29);
    for (const { path, symbols } of parts) {
      if (path === "src/f7.ts") expect(symbols).toBeNull();
      else
        expect(JSON.parse(inflateRawSync(symbols).toString())).toEqual([
          [1, 17, "found", "function", null, 5],
        ]);
    }
    expect(await pathsNaming(id, "by its symbols")).toEqual(["src/f7.ts"]);
    expect(await segmentsOf(id)).toHaveLength(1);
    // It is not tried with each look that follows.
    const leftOut = () => product.admin`
      select id, path, parts from code_file where source_id = ${id} and not is_text`;
    const before = [...(await leftOut())];
    expect(before).toMatchObject([{ path: "src/f8.ts", parts: 0 }]);
    setRuntime(product.runtime);
    repository.commit({ "src/f9.ts": "export function found() {} // anew\n" });
    await lookAgain(id);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, problem: null, files: 29 });
    expect([...(await leftOut())]).toEqual(before);
  });
});

async function lookAgainWithout(id: string, free: number): Promise<void> {
  await product.admin`update data_source set status = 'NOT_PROCESSED' where id = ${id}`;
  await indexed(id);
  await indexCode({ dataSourceId: id }, undefined, { free: async () => free });
}

describe("the index of a repository's code", () => {
  it("is made of sources that were read before there was one", async () => {
    const id = await readSource({ "a.txt": "old words" });
    await without(id);
    await queueDueCode();
    expect(await jobsOf(id)).toHaveLength(1);
    await indexCode({ dataSourceId: id });
    expect(await pathsNaming(id, "old words")).toEqual(["a.txt"]);
    await without(id);
    await queueDueCode();
    expect(await jobsOf(id)).toHaveLength(0);
  });

  it("is made by one of two workers that begin at once", async () => {
    const id = await readSource({ "a.txt": "once" });
    await Promise.all([1, 2, 3].map(() => indexCode({ dataSourceId: id })));
    expect(await repositoryRow(id)).toMatchObject({ generation: 1, run_claim: 1, files: 1 });
    expect(await segmentsOf(id)).toHaveLength(1);
  });

  it("is given up by a run that another has taken over, and waits with a job where the worker stops", async () => {
    const id = await readSource({ "a.txt": "words" });
    await without(id);
    await indexCode({ dataSourceId: id }, AbortSignal.abort());
    expect(await repositoryRow(id)).toMatchObject({
      generation: 0,
      running: false,
      attempts: 0,
      problem: null,
    });
    expect(await jobsOf(id)).toHaveLength(1);
    const free = async () => {
      await product.admin`update code_repository set run_claim = run_claim + 1 where source_id = ${id}`;
      return null;
    };
    await indexCode({ dataSourceId: id }, undefined, { free });
    expect(await repositoryRow(id)).toMatchObject({ generation: 0, problem: null });
    await product.admin`update code_repository set running = false where source_id = ${id}`;
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({ generation: 1 });
    expect(await segmentsOf(id)).toHaveLength(1);
  });

  it("is written anew, all of it, where an earlier version wrote it in another form", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "words", "b.txt": "more" });
    const id = await codeOf(repository);
    const before = await segmentsOf(id);
    const isOutdated = async () =>
      (await visibleRepositories(readDb(), member)).find(({ sourceId }) => sourceId === id)?.isOutdated;
    expect(await isOutdated()).toBe(false);
    await product.admin`update code_repository set basis = basis || '{"format": 0}' where source_id = ${id}`;
    await product.admin`update code_segment set format = 0 where source_id = ${id}`;
    expect(await isOutdated()).toBe(true);
    await indexCode({ dataSourceId: id });
    expect(await isOutdated()).toBe(false);
    await lookAgain(id);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, files: 2 });
    expect((await filesOf(id)).map((file) => before.includes(file.segment_id))).toEqual([false, false]);
  });
});
