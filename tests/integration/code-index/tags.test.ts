import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readDb } from "@/lib/db/client";
import { closeSearchProcesses, searchCode } from "@/lib/features/code-search/engine/search";
import { findFile } from "@/lib/features/code-search/find-file";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { visibleRepositories } from "@/lib/features/code-search/repositories";
import { changeRepositorySource } from "@/lib/features/data-sources/commands/change-repository-source";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { Refusal } from "@/lib/platform/errors";
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
import { codeOf, lookAgain, repositoryRow } from "./harness";

withFetchingProduct();
afterAll(() => closeSearchProcesses());

async function repositoryOf(id: string) {
  const all = await visibleRepositories(readDb(), member);
  const found = all.find(({ sourceId }) => sourceId === id);
  if (!found) throw new Error("it is not to be seen");
  return found;
}

/** The paths that a query finds, in the order of the answer. */
async function found(id: string, query: string): Promise<string[]> {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new Error(parsed.message);
  const repositories = [await repositoryOf(id)];
  const asked = { repositories, matches: 100, contextLines: 0, whole: false, deadlineMs: 10_000 };
  return (await searchCode({ query: parsed.query, ...asked })).files.map((file) => file.path);
}

/** The text of a file at a revision, or what is wrong. */
async function text(id: string, file: string, revision: string): Promise<string> {
  const { name } = await repositoryOf(id);
  try {
    return (await findFile({ repository: name, path: file, revision }, member)).text;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

const tagsOf = async (id: string) => (await repositoryRow(id)).tags.map(({ name }: { name: string }) => name);

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

/** Refs that git itself would not make. */
function packed(repository: TestRepository, refs: readonly string[]): void {
  const head = "# pack-refs with: peeled fully-peeled sorted \n";
  const sorted = [...refs].sort((a, b) => Buffer.compare(Buffer.from(a.slice(41)), Buffer.from(b.slice(41))));
  writeFileSync(path.join(repository.folder, ".git", "packed-refs"), `${head}${sorted.join("\n")}\n`);
}

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
    expect((await sourceRow(alone)).settings).toEqual({ branches: ["v1.0"], commit: old });
    expect(await found(alone, "release")).toEqual(["a.txt"]);
    const id = await codeOf(repository, { branches: "mai*\nv1.0" });
    expect((await sourceRow(id)).settings.heads).toEqual([
      { branch: "main", commit: now },
      { branch: "v1.0", commit: old },
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
    expect(await found(id, "of now")).toEqual(["a.txt"]);
    repository.git("branch", "v1.0", old);
    await lookAgain(id);
    expect((await sourceRow(id)).settings.commit).toBe(old);
    expect((await repositoryOf(id)).branches).toMatchObject([{ name: "v1.0", isTag: false, tags: [] }]);
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
