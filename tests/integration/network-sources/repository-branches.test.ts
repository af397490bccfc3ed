import { describe, expect, it } from "vitest";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { testRequest as request } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { serveGit, TestRepository } from "./git-server";
import {
  eventsOf,
  guru,
  indexed,
  member,
  passagesOf,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "./harness";

withFetchingProduct();

/** A handbook whose releases differ from main in one file, and have another in common with it. */
function handbook(releases = ["release/1.0", "release/2.0"]) {
  const repository = new TestRepository();
  const commits = new Map<string, string>();
  commits.set("main", repository.commit({ "a.md": "of main", "shared.md": "the same everywhere" }));
  for (const branch of releases) {
    repository.git("checkout", "--quiet", "-b", branch, "main");
    commits.set(branch, repository.commit({ "a.md": `of ${branch}` }));
  }
  repository.git("checkout", "--quiet", "main");
  return { repository, commits };
}
const told = async (id: string) =>
  (await passagesOf(id)).map(({ locator, content }) => `${locator}: ${content}`);

describe("a repository with several branches", () => {
  it("is read of each, each passage says of which it is, and what they share is kept once", async () => {
    const { repository, commits } = handbook();
    const host = await serveGit(repository);
    const url = `${host.origin}/team/handbook`;
    const id = await repositorySource(url, { branches: "main\r\nrelease/*" });
    const row = await indexed(id);
    const heads = [...commits].map(([branch, commit]) => ({ branch, commit }));
    expect(row).toMatchObject({
      status: "SUCCESS",
      error: null,
      settings: { branches: ["main", "release/*"], heads },
    });
    expect(await told(id)).toEqual([
      "a.md:1 (main): of main",
      "shared.md:1 (main, release/1.0, release/2.0): the same everywhere",
      "a.md:1 (release/1.0): of release/1.0",
      "a.md:1 (release/2.0): of release/2.0",
    ]);
    const [added, read] = await eventsOf(id);
    expect(added).toMatchObject({
      operation: "ADD_DATASOURCE",
      details: { url, branches: ["main", "release/*"] },
    });
    expect(read?.changes).toContainEqual({
      field: "commits",
      before: null,
      after: heads.map(({ branch, commit }) => `${branch} ${commit}`),
    });
  });

  it("is read again when one of them has a new commit, or the pattern fits another", async () => {
    const { repository } = handbook(["release/1.0"]);
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "release/*, main" });
    await indexed(id);
    const events = (await product.events()).length;
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
    expect((await product.events()).length).toBe(events);
    repository.git("checkout", "--quiet", "release/1.0");
    repository.commit({ "a.md": "of the release, mended" });
    await rereadRepository({ dataSourceId: id });
    expect((await indexed(id)).status).toBe("SUCCESS");
    expect(await told(id)).toContain("a.md:1 (release/1.0): of the release, mended");
    repository.git("checkout", "--quiet", "-b", "release/2.0");
    repository.commit({ "b.md": "new" });
    await rereadRepository({ dataSourceId: id });
    await indexed(id);
    expect(await told(id)).toContain("b.md:1 (release/2.0): new");
    expect((await eventsOf(id)).map((e) => e.operation)).toEqual([
      "ADD_DATASOURCE",
      "INDEX_DATASOURCE",
      "INDEX_DATASOURCE",
      "INDEX_DATASOURCE",
    ]);
  });

  it("goes on after a crash in the commits that it was reading", async () => {
    const { repository, commits } = handbook(["next"]);
    const name = (n: number) => `file-${String(n).padStart(3, "0")}.md`;
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [name(n), `words of ${n}`]));
    repository.git("checkout", "--quiet", "next");
    commits.set("next", repository.commit(files));
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "main, next" });
    await indexed(id);
    const before = await told(id);
    const heads = [...commits].map(([branch, commit]) => ({ branch, commit }));
    const at = { heads, file: 50 };
    // As a process leaves it that was killed after fifty files.
    await product.admin`
      update data_source set status = 'PROCESSING', heartbeat_at = now() - interval '1 minute', shown_run = 0,
        resume = ${product.admin.json({ run: 1, passages: 50, at })} where id = ${id}`;
    repository.commit({ [name(55)]: "changed meanwhile" });
    const asked = host.requests.length;
    expect(await indexed(id)).toMatchObject({ status: "SUCCESS", settings: { heads } });
    expect(await told(id)).toEqual(before);
    expect(host.requests.length).toBe(asked);
  });

  it("says what is wrong with the choice", async () => {
    const { repository } = handbook(Array.from({ length: 21 }, (_, n) => `many/${n}`));
    const reasonOf = async (branches: string) => {
      const host = await serveGit(repository);
      return (await indexed(await repositorySource(`${host.origin}/team/handbook`, { branches }))).error;
    };
    expect(await reasonOf("main, gone")).toBe("The repository has no branch or tag gone.");
    expect(await reasonOf("gone/*")).toBe("No branch of the repository fits gone/*.");
    expect(await reasonOf("many/*")).toBe("21 branches fit, and 20 at most are read. Name fewer.");
  });

  it("may be chosen later, and given up again", async () => {
    const { repository, commits } = handbook(["next"]);
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    const choose = async (branches: string) => {
      const input = { guru: guru.slug, id, branches };
      done(await changeRepositorySource.execute({ principal: member, request, input }));
      expect((await indexed(id)).status).toBe("SUCCESS");
      await rereadRepository({ dataSourceId: id });
      // It knows what it has read: there is nothing new.
      expect((await sourceRow(id)).status).toBe("SUCCESS");
    };
    await choose("*");
    expect(await told(id)).toContain("shared.md:1 (main, next): the same everywhere");
    await choose("next");
    expect(await told(id)).toEqual(["a.md:1: of next", "shared.md:1: the same everywhere"]);
    expect((await sourceRow(id)).settings).toEqual({ branches: ["next"], commit: commits.get("next") });
  });

  it("of which each came before there were lists is read as it was, and says nothing of branches", async () => {
    const { repository, commits } = handbook(["release/1.0"]);
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await product.admin`
      update data_source set settings = ${product.admin.json({ branch: "release/1.0" })} where id = ${id}`;
    const commit = commits.get("release/1.0");
    expect(await indexed(id)).toMatchObject({
      status: "SUCCESS",
      settings: { branch: "release/1.0", commit },
    });
    expect(await told(id)).toEqual(["a.md:1: of release/1.0", "shared.md:1: the same everywhere"]);
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
  });
});
