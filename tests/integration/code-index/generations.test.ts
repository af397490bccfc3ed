import { describe, expect, it } from "vitest";
import { IndexReads } from "@/lib/features/code-search/engine/index-reads";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { beginCodeRun, clearAllDeadCode } from "@/lib/features/data-sources/code-index/runs";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { TestRepository } from "../network-sources/git-server";
import { indexed, product, withFetchingProduct } from "../network-sources/harness";
import { until } from "../sealer/events-for-tests";
import {
  clearedLater,
  codeOf,
  filesOf,
  lookAgain,
  pathsNaming,
  repositoryRow,
  segmentsOf,
  textOf,
} from "./harness";

withFetchingProduct();

/** The paths that a search finds at the generation that is shown. */
async function searched(id: string): Promise<string[]> {
  const { generation } = await repositoryRow(id);
  const files = await new IndexReads(product.admin).files(id, generation);
  return Array.from({ length: files.count }, (_, file) => files.path(file));
}

const endedAt = async (id: string, generation: number) =>
  (
    await product.admin`
      select path, segment_id::int, first_part, parts from code_file
      where source_id = ${id} and to_generation = ${generation} order by path`
  ).map((row) => ({ ...row }));

describe("a search that began before", () => {
  it("still finds its files when two runs follow at once, and what it can not need any more goes later", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "first of a", "b.txt": "b" });
    const id = await codeOf(repository);
    repository.commit({ "a.txt": "second of a" });
    await lookAgain(id);
    repository.commit({ "a.txt": "third of a" });
    await lookAgain(id);
    await clearAllDeadCode();
    expect(await repositoryRow(id)).toMatchObject({ generation: 3, problem: null });
    const [first, ...others] = await endedAt(id, 2);
    expect(first).toMatchObject({ path: "a.txt" });
    expect(others).toEqual([]);
    expect(await textOf(first ?? {})).toBe("first of a");
    await product.admin`
      update code_repository set indexed_at = indexed_at - interval '11 minutes' where source_id = ${id}`;
    repository.commit({ "a.txt": "fourth of a" });
    await lookAgain(id);
    expect(await endedAt(id, 2)).toEqual([]);
    expect(await endedAt(id, 3)).toEqual([]);
    const [third] = await endedAt(id, 4);
    expect(await textOf(third ?? {})).toBe("third of a");
    expect(await pathsNaming(id, "fourth of a")).toEqual(["a.txt"]);
  });
});

describe("a run", () => {
  it("that waited for another indexes the commits that it will say it did", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "old" });
    const id = await codeOf(repository);
    repository.commit({ "a.txt": "new" });
    await rereadRepository({ dataSourceId: id });
    await indexed(id);
    const commit = "c".repeat(40);
    const run = await product.admin.begin(async (tx) => {
      await tx`select from code_repository where source_id = ${id} for update`;
      // In an object: what is returned is waited for.
      const begun = { run: beginCodeRun(id) };
      await until("it waits", async () => {
        const [row] = await product.admin`
          select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        return row?.waiting > 0;
      });
      await product.admin`
        update data_source set settings = settings || ${product.admin.json({ commit })} where id = ${id}`;
      return begun;
    });
    const begun = await run.run;
    expect(begun?.basis).toMatchObject({ heads: [{ commit }] });
    expect(begun?.source.settings).toMatchObject({ commit });
  });

  it("removes what another had begun, and what is dead, without the haste of what people wait for", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "words" });
    const id = await codeOf(repository);
    await product.admin.unsafe(`
      create function test_no_haste() returns trigger language plpgsql as $$ begin
        if current_setting('statement_timeout') <> '2min' then raise exception 'in haste'; end if;
        return old;
      end $$;
      create trigger test_no_haste before delete on code_segment for each row execute function test_no_haste()`);
    try {
      await product.admin`insert into code_segment (source_id) values (${id})`;
      repository.commit({ "a.txt": "other words" });
      await lookAgain(id);
      expect(await repositoryRow(id)).toMatchObject({ generation: 2, problem: null });
      await clearedLater(id);
      expect(await segmentsOf(id)).toHaveLength(1);
    } finally {
      await product.admin.unsafe("drop trigger test_no_haste on code_segment; drop function test_no_haste()");
    }
  });

  it("goes on from what a crashed one has written, but not where that was of another version", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "of a", "b.txt": "of b" });
    const id = await codeOf(repository);
    const [written] = await segmentsOf(id);
    /** As after a crash when all was written down and nothing shown. */
    const crashed = () => product.admin`
      update code_repository set generation = 0, basis = null where source_id = ${id}`;
    await crashed();
    await indexCode({ dataSourceId: id });
    expect(await segmentsOf(id)).toEqual([written]);
    expect(await filesOf(id)).toHaveLength(2);
    await crashed();
    await product.admin`update code_segment set format = 0 where source_id = ${id}`;
    await indexCode({ dataSourceId: id });
    expect(await segmentsOf(id)).toHaveLength(1);
    expect(await segmentsOf(id)).not.toEqual([written]);
    expect(await filesOf(id)).toHaveLength(2);
    expect(await pathsNaming(id, "of b")).toEqual(["b.txt"]);
  });
});

describe("files without text", () => {
  it("are found by name when they are empty, and nowhere when they are none of text, which are read once", async () => {
    const repository = new TestRepository();
    repository.commit({
      "a.txt": "words",
      "deep/__init__.py": "",
      "empty\n\u202e.txt": "",
      "kept.txt": "kept",
      "picture.png": Buffer.from([0x89, 0x50, 0, 0, 1]),
    });
    const id = await codeOf(repository);
    expect(await repositoryRow(id)).toMatchObject({ files: 4, bytes: "9", problem: null });
    const named = ["a.txt", "deep/__init__.py", "empty\n\u202e.txt", "kept.txt"];
    expect((await searched(id)).sort()).toEqual(named);
    const picture = async () => {
      const rows = await product.admin`
        select id, path, from_generation from code_file where source_id = ${id} and not is_text`;
      return rows.map((row) => ({ ...row }));
    };
    const before = await picture();
    expect(before).toMatchObject([{ path: "picture.png", from_generation: 1 }]);
    repository.commit({ "a.txt": "other words" });
    await lookAgain(id);
    expect(await picture()).toEqual(before);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, files: 4, problem: null });
    repository.git("rm", "--quiet", "picture.png", "a.txt", "deep/__init__.py");
    repository.commit({ "picture.png": Buffer.from([0, 1]), "b.txt": "b", "words.txt": "" });
    await lookAgain(id);
    expect(await repositoryRow(id)).toMatchObject({ generation: 3, files: 4, bytes: "5", problem: null });
    expect((await searched(id)).sort()).toEqual(["b.txt", "empty\n\u202e.txt", "kept.txt", "words.txt"]);
  });
});
