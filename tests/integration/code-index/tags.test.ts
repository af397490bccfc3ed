import { afterAll, describe, expect, it } from "vitest";
import { closeSearchProcesses } from "@/lib/features/code-search/engine/search";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  indexed,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import { codeOf, lookAgain, repositoryRow } from "./harness";
import { found, packed, tagsOf, text } from "./tags-for-tests";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

describe("a tag at a commit that is searched", () => {
  it("names its files, annotated or not, to rev: and to the viewer; others name nothing", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "old words" });
    repository.git("tag", "v0.9");
    const commit = repository.commit({ "a.txt": "words of now" });
    repository.git("tag", "v1.0");
    repository.git("tag", "--annotate", "--message=signed off", "stable/1");
    repository.git("tag", "--annotate", "--message=of a tag", "twice", "stable/1");
    repository.git("tag", "tree", "HEAD^{tree}");
    const id = await codeOf(repository);
    expect((await repositoryRow(id)).tags).toEqual([
      { name: "stable/1", commit },
      { name: "twice", commit },
      { name: "v1.0", commit },
    ]);
    for (const tag of ["v1.0", "stable/1", "twice", "v1.*", "*able*"])
      expect([tag, await found(id, `words rev:${tag}`)]).toEqual([tag, ["a.txt"]]);
    for (const none of ["v0.9", "tree", "v1", "refs/tags/v1.0", "twice^{}"])
      expect([none, await found(id, `words rev:${none}`)]).toEqual([none, []]);
    expect(await text(id, "a.txt", "v1.0")).toBe("words of now");
    expect(await text(id, "a.txt", "stable/1")).toBe("words of now");
    expect(await text(id, "a.txt", "v0.9")).toBe(
      "No branch or tag of this name is searched in this repository.",
    );
  });

  it("is learnt, moved and forgotten with each look, though no commit is new, and leaves no event", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "first words" });
    const id = await codeOf(repository);
    expect(await tagsOf(id)).toEqual([]);
    const events = (await product.events()).length;
    repository.git("tag", "v1.0");
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
    expect(await repositoryRow(id)).toMatchObject({ generation: 1 });
    expect(await found(id, "words rev:v1.0")).toEqual(["a.txt"]);
    repository.git("tag", "--delete", "v1.0");
    repository.git("tag", "v1.1");
    await rereadRepository({ dataSourceId: id });
    expect(await tagsOf(id)).toEqual(["v1.1"]);
    expect(await found(id, "words rev:v1.0")).toEqual([]);
    expect((await product.events()).length).toBe(events);
    // The branch goes on, the tag stays where it is: it names nothing that is searched any more.
    repository.commit({ "a.txt": "second words" });
    await lookAgain(id);
    expect(await found(id, "words rev:v1.1")).toEqual([]);
    expect(await tagsOf(id)).toEqual([]);
  });

  it("is also learnt when a person has the source read again", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "words" });
    const id = await codeOf(repository);
    repository.git("tag", "v1.0");
    await product.admin`update data_source set status = 'NOT_PROCESSED', index_run = 2 where id = ${id}`;
    await lookAgain(id);
    expect(await repositoryRow(id)).toMatchObject({ generation: 1 });
    expect(await tagsOf(id)).toEqual(["v1.0"]);
  });

  it("stays known while the host does not answer", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.txt": "words" });
    repository.git("tag", "v1.0");
    let isDown = false;
    const host = await serveGit(repository, (_req, res, pass) => {
      if (isDown) res.writeHead(503).end();
      else pass();
    });
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    await lookAgain(id);
    isDown = true;
    await rereadRepository({ dataSourceId: id });
    expect(await found(id, "words rev:v1.0")).toEqual(["a.txt"]);
  });

  it("that has the name of a branch, or could be taken for another revision, gives way", async () => {
    const repository = new TestRepository();
    const commit = repository.commit({ "main.txt": "words of main" });
    repository.git("checkout", "--quiet", "-b", "next");
    const next = repository.commit({ "next.txt": "words of next" });
    repository.git("checkout", "--quiet", "-b", "unread");
    repository.git("checkout", "--quiet", "main");
    for (const name of ["next", "unread", "HEAD", next, next.slice(0, 12)])
      repository.git("tag", name, commit);
    const id = await codeOf(repository, { branches: "main, next" });
    expect(await found(id, "words rev:next")).toEqual(["main.txt", "next.txt"]);
    expect(await text(id, "next.txt", "next")).toBe("words of next");
    expect(await text(id, "next.txt", next)).toBe("words of next");
    expect(await found(id, "words rev:unread")).toEqual([]);
    expect(await tagsOf(id)).toEqual([next.slice(0, 12)]);
  });

  it("with a name that hides something, or too long, is passed over; of too many the first are known", async () => {
    const repository = new TestRepository();
    const commit = repository.commit({ "a.txt": "words" });
    const hostile = ["a\u202eb", "v9\u2028x", "-v", "y".repeat(201)];
    const many = Array.from({ length: 250 }, (_, n) => `n${String(n).padStart(3, "0")}`);
    packed(
      repository,
      [...hostile, ...many].map((name) => `${commit} refs/tags/${name}`),
    );
    const id = await codeOf(repository);
    expect(await tagsOf(id)).toEqual(many.slice(0, 200));
    expect((await repositoryRow(id)).tags_note).toBe(
      "Of its 250 tags at these commits the first 200 are known here.",
    );
  });

  it("is not known where the host's list of them has no end, and that is said", async () => {
    const repository = new TestRepository();
    const commit = repository.commit({ "a.txt": "words" });
    const name = (n: number) => `${String(n).padStart(6, "0")}-${"x".repeat(220)}`;
    packed(
      repository,
      Array.from({ length: 45_000 }, (_, n) => `${commit} refs/tags/${name(n)}`),
    );
    const id = await codeOf(repository);
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", error: null });
    expect(await repositoryRow(id)).toMatchObject({
      generation: 1,
      problem: null,
      tags: [],
      tags_note: "Its tags are not known here: its list of branches and tags is larger than 8 MB.",
    });
    expect(await found(id, "words")).toEqual(["a.txt"]);
  });
});
