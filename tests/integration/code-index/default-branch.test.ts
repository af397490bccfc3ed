import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import { queueIfDefaultMoved } from "@/lib/features/data-sources/code-index/default-moved";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { beginCodeRun, queueDueCode } from "@/lib/features/data-sources/code-index/runs";
import { showGeneration } from "@/lib/features/data-sources/code-index/show-generation";
import { removeOrphanedCopies } from "@/lib/features/data-sources/git/remove-copies";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import {
  indexed,
  passagesOf,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import {
  branchesOf,
  hostThatMayFail,
  indexedAnew,
  lookedAtCode,
  releases,
  sourceNow,
  tooMany,
} from "./default-for-tests";
import { codeOf, lookAgain, repositoryRow, segmentsOf } from "./harness";
import { found, text } from "./tags-for-tests";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

describe("the default branch of a repository that is read of others", () => {
  it("is searched, and is what is searched where no other is asked for; answers come from those chosen", async () => {
    const id = await codeOf(releases(), { branches: "release" });
    expect((await passagesOf(id)).map(({ content }) => content).sort()).toEqual([
      "of the release",
      "the same",
    ]);
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    expect(await found(id, "work")).toEqual(["a.txt"]);
    expect(await found(id, "release")).toEqual([]);
    expect(await found(id, "release rev:release")).toEqual(["a.txt"]);
    expect(await found(id, "same rev:*")).toEqual(["shared.txt"]);
    expect(await text(id, "a.txt", "HEAD")).toBe("of work");
    expect(await text(id, "a.txt", "release")).toBe("of the release");
    expect(await lookedAtCode(id)).toBe(false);
  });

  it("is indexed anew when it alone has a new commit", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    repository.commit({ "a.txt": "of more work" });
    expect(await lookedAtCode(id)).toBe(true);
    expect(await found(id, "more")).toEqual(["a.txt"]);
    expect(await lookedAtCode(id)).toBe(false);
  });

  it("is another when the host says so, be it one that is read or not", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    repository.git("symbolic-ref", "HEAD", "refs/heads/release");
    expect(await lookedAtCode(id)).toBe(true);
    expect(await branchesOf(id)).toEqual(["release (default)"]);
    expect(await found(id, "work rev:*")).toEqual([]);
    expect(await lookedAtCode(id)).toBe(false);
    repository.git("symbolic-ref", "HEAD", "refs/heads/main");
    expect(await lookedAtCode(id)).toBe(true);
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    const alone = await codeOf(repository);
    repository.git("branch", "--move", "main", "trunk");
    expect(await lookedAtCode(alone)).toBe(true);
    expect(await branchesOf(alone)).toEqual(["trunk (default)"]);
    expect(await lookedAtCode(alone)).toBe(false);
  });

  it("may have no name or no commit: then it is HEAD, or the first that was chosen stands for it", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    repository.git("checkout", "--quiet", "--detach");
    repository.commit({ "a.txt": "of nobody" });
    expect(await lookedAtCode(id)).toBe(true);
    expect(await branchesOf(id)).toEqual(["HEAD (default)", "release"]);
    expect(await found(id, "nobody")).toEqual(["a.txt"]);
    expect(await lookedAtCode(id)).toBe(false);
    repository.git("symbolic-ref", "HEAD", "refs/heads/unborn");
    const other = await codeOf(repository, { branches: "release" });
    expect(await branchesOf(other)).toEqual(["release (default)"]);
    expect(await lookedAtCode(other)).toBe(false);
  });

  it("takes no other with it where it cannot be read, which is said; and is searched once it can be", async () => {
    const repository = releases();
    const work = repository.git("rev-parse", "HEAD");
    repository.git("update-ref", "refs/heads/main", tooMany(repository));
    const id = await codeOf(repository, { branches: "release" });
    expect(await branchesOf(id)).toEqual(["release (default)"]);
    expect(await found(id, "release")).toEqual(["a.txt"]);
    expect((await repositoryRow(id)).problem).toMatch(/^Its default branch main is not searched\. .*50,000/);
    // Nothing is new, so nothing is tried.
    expect(await lookedAtCode(id)).toBe(false);
    repository.git("update-ref", "refs/heads/main", work);
    expect(await lookedAtCode(id)).toBe(true);
    expect(await found(id, "work")).toEqual(["a.txt"]);
    expect(await repositoryRow(id)).toMatchObject({ problem: null });
  });

  it("is waited for while the host cannot say which it is, and stays as it was once that is known", async () => {
    const repository = releases();
    const { host, answers } = await hostThatMayFail(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "release" });
    await indexed(id);
    answers.with(503);
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({
      generation: 0,
      problem: "The repository's host cannot answer at the moment (status 503).",
    });
    answers.with(null);
    await indexCode({ dataSourceId: id });
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    for (const status of [503, 401]) {
      answers.with(status);
      await indexedAnew(id);
      expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
      expect(await found(id, "work")).toEqual(["a.txt"]);
      expect(await repositoryRow(id)).toMatchObject({ problem: null });
    }
    // What was not told is asked for once more.
    answers.with(null);
    expect(await lookedAtCode(id)).toBe(true);
    expect(await lookedAtCode(id)).toBe(false);
  });

  it("is not asked for in vain for ever where the host lets nobody in any more: what was read is searched", async () => {
    const { host, answers } = await hostThatMayFail(releases());
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "release" });
    await indexed(id);
    answers.with(401);
    await indexCode({ dataSourceId: id });
    expect(await branchesOf(id)).toEqual(["release (default)"]);
    expect((await repositoryRow(id)).problem).toMatch(
      /^Which branch is its default could not be asked\. .*asks for a token/,
    );
    answers.with(null);
    expect(await lookedAtCode(id)).toBe(true);
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
  });

  it("keeps its name and its commit where it is what was read, whatever the host says meanwhile", async () => {
    const { host, answers } = await hostThatMayFail(releases());
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    await indexCode({ dataSourceId: id });
    answers.with(503);
    await indexedAnew(id);
    expect(await branchesOf(id)).toEqual(["main (default)"]);
    expect(await repositoryRow(id)).toMatchObject({ generation: 2, problem: null });
  });

  it("has a copy of its own: one that cannot be fetched leaves that of the others whole, and nothing is asked for again", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    const copies = path.join(product.runtime.dataDir, "repositories");
    expect(existsSync(path.join(copies, `${id}-default.git`))).toBe(true);
    repository.git("update-ref", "refs/heads/main", tooMany(repository));
    // Gone from the host, so that it could not be fetched again.
    repository.git("branch", "--move", "release", "elsewhere");
    await queueIfDefaultMoved(await sourceNow(id), new AbortController().signal);
    await indexCode({ dataSourceId: id });
    expect(await found(id, "release")).toEqual(["a.txt"]);
    const { generation } = await repositoryRow(id);
    repository.git("branch", "--move", "elsewhere", "release");
    expect(await lookedAtCode(id)).toBe(false);
    expect((await repositoryRow(id)).generation).toBe(generation);
    // It goes with the source, and where the default is one of those chosen.
    repository.git("symbolic-ref", "HEAD", "refs/heads/release");
    expect(await lookedAtCode(id)).toBe(true);
    expect(existsSync(path.join(copies, `${id}-default.git`))).toBe(false);
    const other = await codeOf(releases(), { branches: "release" });
    await product.admin`delete from data_source where id = ${other}`;
    await removeOrphanedCopies();
    expect((await readdir(copies)).filter((name) => name.startsWith(other))).toEqual([]);
  });

  it("is looked at also where those that were chosen cannot be read any more", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    repository.git("branch", "--move", "release", "elsewhere");
    await lookAgain(id);
    expect(await sourceRow(id)).toMatchObject({ status: "FAIL" });
    repository.commit({ "a.txt": "of more work" });
    await lookAgain(id);
    expect(await found(id, "more")).toEqual(["a.txt"]);
    expect(await found(id, "release rev:release")).toEqual(["a.txt"]);
  });

  it("is added to an index of a version that left it out, without writing the rest anew", async () => {
    const repository = releases();
    repository.git("symbolic-ref", "HEAD", "refs/heads/release");
    const id = await codeOf(repository, { branches: "release" });
    const segments = await segmentsOf(id);
    repository.git("symbolic-ref", "HEAD", "refs/heads/main");
    await product.admin`
      update code_repository set basis = basis - 'defaultBranch', default_told = null where source_id = ${id}`;
    await product.admin`delete from pgboss.job where data->>'dataSourceId' = ${id}`;
    await queueDueCode();
    expect(await product.admin`select id from pgboss.job where data->>'dataSourceId' = ${id}`).toHaveLength(
      1,
    );
    await indexCode({ dataSourceId: id });
    expect(await found(id, "work")).toEqual(["a.txt"]);
    expect(await segmentsOf(id)).toEqual([...segments, expect.any(Number)]);
  });

  it("that moves while it is being indexed is indexed once more", async () => {
    const repository = releases();
    const id = await codeOf(repository, { branches: "release" });
    await product.admin`update code_repository set basis = basis - 'format' where source_id = ${id}`;
    const run = await beginCodeRun(id);
    if (!run) throw new Error("there is nothing to do");
    repository.commit({ "a.txt": "of more work" });
    await rereadRepository({ dataSourceId: id });
    const { heads, tags, default_told: told } = await repositoryRow(id);
    const plan = { read: [], ended: [], moved: [] };
    await showGeneration(run, plan, { heads, note: null, told, tags: { tags, note: null } });
    await indexCode({ dataSourceId: id });
    expect(await found(id, "more")).toEqual(["a.txt"]);
    expect(await beginCodeRun(id)).toBeNull();
  });
});
