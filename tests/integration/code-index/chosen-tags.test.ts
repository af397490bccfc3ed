import { afterAll, describe, expect, it } from "vitest";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { testRequest as request } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  guru,
  indexed,
  member,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import { codeOf, lookAgain } from "./harness";
import { found, packed, repositoryOf, tagsOf, text } from "./tags-for-tests";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

describe("a tag that is chosen like a branch", () => {
  function releases() {
    const repository = new TestRepository();
    const old = repository.commit({ "a.txt": "of the release" });
    repository.git("tag", "--annotate", "--message=out", "v1.0");
    const now = repository.commit({ "a.txt": "of now" });
    return { repository, old, now };
  }

  it("is read and searched as an older release, alone or beside branches", async () => {
    const { repository, old, now } = releases();
    const alone = await codeOf(repository, { branches: "v1.0" });
    expect((await sourceRow(alone)).settings).toEqual({ branches: ["v1.0"], commit: old, isTag: true });
    expect(await found(alone, "release rev:v1.0")).toEqual(["a.txt"]);
    expect(await found(alone, "now")).toEqual(["a.txt"]);
    const id = await codeOf(repository, { branches: "mai*\nv1.0" });
    expect((await sourceRow(id)).settings.heads).toEqual([
      { branch: "main", commit: now },
      { branch: "v1.0", commit: old, isTag: true },
    ]);
    expect(await found(id, "release")).toEqual([]);
    expect(await found(id, "release rev:v1.0")).toEqual(["a.txt"]);
    expect(await text(id, "a.txt", "v1.0")).toBe("of the release");
    expect((await repositoryOf(id)).branches).toMatchObject([
      { name: "main", isDefault: true, isTag: false, tags: [] },
      { name: "v1.0", isDefault: false, isTag: true, tags: [] },
    ]);
    // There is nothing new to it.
    await rereadRepository({ dataSourceId: id });
    expect((await sourceRow(id)).status).toBe("SUCCESS");
  });

  it("is read again when it moves; a branch of its name goes before it", async () => {
    const { repository, old, now } = releases();
    const id = await codeOf(repository, { branches: "v1.0" });
    repository.git("tag", "--force", "v1.0", now);
    await lookAgain(id);
    expect(await found(id, "of now rev:v1.0")).toEqual(["a.txt"]);
    repository.git("branch", "v1.0", old);
    await lookAgain(id);
    expect((await sourceRow(id)).settings.commit).toBe(old);
    expect((await repositoryOf(id)).branches).toMatchObject([
      { name: "main", isDefault: true },
      { name: "v1.0", isTag: false, tags: [] },
    ]);
  });

  it("is one also where its host has more tags at that commit than are known", async () => {
    const repository = new TestRepository();
    const commit = repository.commit({ "a.txt": "words" });
    const many = Array.from({ length: 250 }, (_, n) => `n${String(n).padStart(3, "0")}`);
    packed(
      repository,
      [...many, "z1"].map((name) => `${commit} refs/tags/${name}`),
    );
    const alone = await codeOf(repository, { branches: "z1" });
    expect((await repositoryOf(alone)).branches).toMatchObject([
      { name: "main", isTag: false },
      { name: "z1", isTag: true },
    ]);
    const id = await codeOf(repository, { branches: "main\nz1" });
    const shown = (await repositoryOf(id)).branches.map(({ name, isTag }) => [name, isTag]);
    expect(shown).toEqual([
      ["main", false],
      ["z1", true],
    ]);
    expect(await tagsOf(id)).not.toContain("z1");
  });

  it("is known as one again by a source that was read before that was kept; its event names no other commit", async () => {
    const { repository, old } = releases();
    for (const branches of ["v1.0", "main, v1.0"]) {
      const id = await codeOf(repository, { branches });
      const { settings } = await sourceRow(id);
      await product.admin`update data_source set settings = settings - 'isTag' || jsonb_strip_nulls(jsonb_build_object('heads',
        (select jsonb_agg(head - 'isTag') from jsonb_array_elements(settings->'heads') head))) where id = ${id}`;
      expect(JSON.stringify((await sourceRow(id)).settings)).not.toContain("isTag");
      await lookAgain(id);
      expect((await sourceRow(id)).settings).toEqual(settings);
      expect((await repositoryOf(id)).branches).toContainEqual(
        expect.objectContaining({ name: "v1.0", commit: old, isTag: true }),
      );
      const [event] = (await product.events()).filter((e) => e.target_id === id).slice(-1);
      expect(event).toMatchObject({ operation: "INDEX_DATASOURCE" });
      expect(JSON.stringify(event?.changes)).not.toContain("commit");
    }
  });

  it("is named whole: a pattern stands for branches alone", async () => {
    const { repository } = releases();
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "v*" });
    expect((await indexed(id)).error).toBe("No branch of the repository fits v*.");
  });

  it("stands at a commit, or is refused in words; so is one that is not there", async () => {
    const { repository } = releases();
    const blob = repository.git("rev-parse", "HEAD:a.txt");
    repository.git("tag", "tree", "HEAD^{tree}");
    repository.git("tag", "--annotate", "--message=blob", "blob", blob);
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "tree" });
    expect((await indexed(id)).error).toMatch(/^What refs\/tags\/tree stands at is no commit\./);
    for (const [branches, reason] of [
      ["blob, main", /^What refs\/tags\/blob stands at is no commit\./],
      ["v2.0", /^The repository has no branch or tag v2\.0\.$/],
    ] as const) {
      const input = { guru: guru.slug, id, branches };
      done(await changeRepositorySource.execute({ principal: member, request, input }));
      expect((await indexed(id)).error).toMatch(reason);
    }
  });
});
