import { afterAll, describe, expect, it } from "vitest";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { queueDueCode } from "@/lib/features/data-sources/code-index/runs";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  indexed,
  passagesOf,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import { codeOf, repositoryRow } from "./harness";
import { found, repositoryOf, text } from "./tags-for-tests";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

/** A team whose guru answers from its releases, while its work goes on elsewhere. */
function releases() {
  const repository = new TestRepository();
  repository.commit({ "a.txt": "of work", "shared.txt": "the same" });
  repository.git("branch", "release");
  repository.git("checkout", "--quiet", "release");
  repository.commit({ "a.txt": "of the release" });
  repository.git("checkout", "--quiet", "main");
  return repository;
}

const branchesOf = async (id: string) =>
  (await repositoryOf(id)).branches.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name));

/** Looks at the host, and does what that has queued of the index alone. @returns whether it queued it */
async function lookedAtCode(id: string): Promise<boolean> {
  const jobs = () => product.admin`
    delete from pgboss.job where name = 'index-code' and data->>'dataSourceId' = ${id} and state = 'created' returning id`;
  await jobs();
  const { generation } = await repositoryRow(id);
  const events = (await product.events()).length;
  await rereadRepository({ dataSourceId: id });
  // What answers come from is not read again, and there is nothing to record.
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
  expect((await product.events()).length).toBe(events);
  const queued = (await jobs()).length > 0;
  await indexCode({ dataSourceId: id });
  expect((await repositoryRow(id)).generation).toBe(generation + (queued ? 1 : 0));
  return queued;
}

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
    const blob = repository.git("rev-parse", "HEAD:a.txt");
    const entries = Array.from({ length: 50_001 }, (_, n) => `100644 blob ${blob}\tf${n}.txt`);
    repository.git("update-ref", "refs/heads/main", repository.commitTree(repository.tree(entries)));
    const id = await codeOf(repository, { branches: "release" });
    expect(await branchesOf(id)).toEqual(["release (default)"]);
    expect(await found(id, "release")).toEqual(["a.txt"]);
    expect((await repositoryRow(id)).problem).toMatch(/^Its default branch main is not searched\. .*50,000/);
    repository.git("update-ref", "refs/heads/main", work);
    expect(await lookedAtCode(id)).toBe(true);
    expect(await found(id, "work")).toEqual(["a.txt"]);
    expect(await repositoryRow(id)).toMatchObject({ problem: null });
  });

  it("is waited for while the host cannot say which it is, and what was searched before still is", async () => {
    const repository = releases();
    let isAway = false;
    const host = await serveGit(repository, (_req, res, pass) => {
      if (!isAway) return pass();
      res.statusCode = 503;
      res.end();
    });
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "release" });
    await indexed(id);
    isAway = true;
    await indexCode({ dataSourceId: id });
    expect(await repositoryRow(id)).toMatchObject({
      generation: 0,
      problem: "The repository's host cannot answer at the moment (status 503).",
    });
    isAway = false;
    await indexCode({ dataSourceId: id });
    expect(await branchesOf(id)).toEqual(["main (default)", "release"]);
    isAway = true;
    await rereadRepository({ dataSourceId: id });
    expect(await found(id, "work")).toEqual(["a.txt"]);
    // One that is read has its commit already, and a name from before or none.
    const alone = await codeOf(releases());
    await product.admin`update code_repository set basis = null where source_id = ${alone}`;
    await product.admin`update data_source set url = ${`${host.origin}/team/other`} where id = ${alone}`;
    await indexCode({ dataSourceId: alone });
    expect(await branchesOf(alone)).toEqual(["main (default)"]);
    expect(await repositoryRow(alone)).toMatchObject({ generation: 2, problem: null });
  });

  it("is added to an index of a version that left it out, without writing the rest anew", async () => {
    const id = await codeOf(releases(), { branches: "release" });
    const due = async () => {
      await product.admin`delete from pgboss.job where data->>'dataSourceId' = ${id}`;
      await queueDueCode();
      return (await product.admin`select id from pgboss.job where data->>'dataSourceId' = ${id}`).length;
    };
    expect(await due()).toBe(0);
    await product.admin`update code_repository set basis = basis - 'defaultBranch' where source_id = ${id}`;
    expect(await due()).toBe(1);
  });
});
