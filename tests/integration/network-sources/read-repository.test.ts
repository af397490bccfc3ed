import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { sealValue } from "@/lib/access/secrets";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { removeOrphanedCopies } from "@/lib/features/data-sources/git/remove-copies";
import {
  queueDueRepositories,
  rereadRepository,
} from "@/lib/features/data-sources/rereading/reread-repository";
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

const locators = async (id: string) => (await passagesOf(id)).map(({ locator }) => String(locator));

describe("a repository", () => {
  it("becomes passages with their path and line, of the files that are chosen", async () => {
    const repository = new TestRepository();
    const lines = Array.from({ length: 200 }, (_, n) => `export const gateway${n} = "number ${n}";`).join(
      "\n",
    );
    const commit = repository.commit({
      "README.md": "# Handbook\nRoll back with one command.\n",
      "src/gateway.ts": lines,
      "vendor/a.js": "left out",
      "logo.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]),
      "large.txt": "x".repeat(1024 * 1024 + 1),
      "empty.md": "",
      "søk/ø.md": "på norsk",
    });
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook.git`, { exclude: "vendor/**" });
    const row = await indexed(id);
    expect(row).toMatchObject({
      status: "SUCCESS",
      error: null,
      settings: { commit, exclude: ["vendor/**"] },
    });
    expect(row.next_read_at - Date.now()).toBeGreaterThan(11 * 3_600_000);
    const found = await locators(id);
    expect(found.filter((one) => !one.startsWith("src/"))).toEqual(["README.md:1", "søk/ø.md:1"]);
    const cut = (await passagesOf(id)).filter(({ locator }) => String(locator).startsWith("src/gateway.ts:"));
    expect(cut.length).toBeGreaterThan(5);
    for (const { content, locator } of cut) {
      const line = Number(String(locator).split(":")[1]);
      expect(String(content).split("\n")[0]).toBe(lines.split("\n")[line - 1]);
    }
    expect((await eventsOf(id)).map((e) => [e.operation, e.actor_type])).toEqual([
      ["ADD_DATASOURCE", "user"],
      ["INDEX_DATASOURCE", "system"],
    ]);
    expect((await eventsOf(id))[1]?.changes).toContainEqual({ field: "commit", before: null, after: commit });
  });

  it("is read of the branch that was asked for, and says when there is none", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.md": "of main" });
    repository.git("checkout", "--quiet", "-b", "release/1.0");
    repository.commit({ "a.md": "of the release" });
    repository.git("checkout", "--quiet", "main");
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { branches: "release/1.0" });
    await indexed(id);
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual(["of the release"]);
    const other = await serveGit(repository);
    const missing = await repositorySource(`${other.origin}/team/handbook`, { branches: "gone" });
    expect((await indexed(missing)).error).toBe("The repository has no branch or tag gone.");
  });

  it("is read with a secret's token, which leaves for its host alone and shows nowhere", async () => {
    const token = "ghp_canary5f0c2b";
    const { sealed, keyId } = sealValue(guru.id, "GIT_TOKEN", token);
    await product.admin`
      insert into secret (guru_id, name, sealed, key_id) values (${guru.id}, 'GIT_TOKEN', ${sealed}, ${keyId})`;
    const repository = new TestRepository();
    repository.commit({ "a.md": "for those with a token" });
    const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    const host = await serveGit(repository, (req, res, pass) => {
      if (req.headers.authorization === basic) return pass();
      res.writeHead(401, { "www-authenticate": "Basic" }).end(`no, not ${req.headers.authorization}`);
    });
    const url = `${host.origin}/team/handbook`;
    const id = await repositorySource(url, { secret: "{GIT_TOKEN}" });
    expect(await indexed(id)).toMatchObject({ status: "SUCCESS", settings: { secret: "GIT_TOKEN" } });
    expect(host.requests.length).toBeGreaterThan(2);
    expect(host.requests.every(({ authorization }) => authorization === basic)).toBe(true);
    const dump = JSON.stringify([await product.events(), await product.admin`select * from data_source`]);
    expect(dump).not.toContain(token);
    expect(dump).not.toContain(basic.slice(6));
    await product.admin`delete from secret`;
    await product.admin`update data_source set status = 'NOT_PROCESSED' where id = ${id}`;
    expect((await indexed(id)).error).toContain("The secret GIT_TOKEN that this source names is not there");
  });

  it("that asks for a token says so", async () => {
    const host = await serveGit(new TestRepository(), (_, res) => res.writeHead(401).end());
    const id = await repositorySource(`${host.origin}/team/handbook`);
    expect((await indexed(id)).error).toBe(
      "This repository asks for a token. Store one as a secret of this guru and name it here.",
    );
  });
});

describe("reading again", () => {
  it("fetches and records nothing while the commit is the same, and what is new by System when it is not", async () => {
    const repository = new TestRepository();
    const first = repository.commit({
      "a.md": "the first words",
      "b.md": "they stay",
      "c.bin": Buffer.alloc(300_000),
    });
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    await product.admin`update data_source set next_read_at = now() - interval '1 minute' where id = ${id}`;
    expect(await queueDueRepositories()).toBe(1);
    expect(await queueDueRepositories()).toBe(0);
    const events = (await product.events()).length;
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
    expect((await product.events()).length).toBe(events);
    const second = repository.commit({ "a.md": "the second words" });
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "NOT_PROCESSED" });
    await indexed(id);
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual(["the second words", "they stay"]);
    const news = (await eventsOf(id)).slice(-1)[0];
    expect(news).toMatchObject({ operation: "INDEX_DATASOURCE", actor_type: "system", account_id: null });
    expect(news?.changes).toContainEqual({ field: "commit", before: first, after: second });
    expect((await eventsOf(id)).filter((e) => e.operation === "REINDEX_DATASOURCE")).toEqual([]);
  });

  it("leaves a source as it is while its host cannot say, and looks again soon", async () => {
    const repository = new TestRepository();
    const first = repository.commit({ "a.md": "the first words" });
    let isDown = false;
    const host = await serveGit(repository, (_, res, pass) => (isDown ? res.writeHead(503).end() : pass()));
    const id = await repositorySource(`${host.origin}/team/handbook`);
    const before = await indexed(id);
    repository.commit({ "a.md": "the second words" });
    const events = (await product.events()).length;
    isDown = true;
    await rereadRepository({ dataSourceId: id });
    const row = await sourceRow(id);
    expect(row).toMatchObject({
      status: "SUCCESS",
      error: null,
      index_run: before.index_run,
      settings: { commit: first },
    });
    const soonMs = row.next_read_at - Date.now();
    expect(soonMs).toBeGreaterThan(0);
    expect(soonMs).toBeLessThan(3_600_000);
    expect((await product.events()).length).toBe(events);
    isDown = false;
    await rereadRepository({ dataSourceId: id });
    expect(await sourceRow(id)).toMatchObject({ status: "NOT_PROCESSED" });
    await indexed(id);
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual(["the second words"]);
  });

  it("goes on where a crash left it, in the commit that it was reading", async () => {
    const repository = new TestRepository();
    const name = (n: number) => `file-${String(n).padStart(3, "0")}.md`;
    const files = Array.from({ length: 120 }, (_, n) => [name(n), `words of ${n}`] as const);
    const commit = repository.commit(Object.fromEntries(files));
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    // As a process leaves it that was killed after a hundred files.
    await product.admin`
      update data_source set status = 'PROCESSING', heartbeat_at = now() - interval '1 minute', shown_run = 0,
        resume = ${product.admin.json({ run: 1, passages: 100, at: { commit, file: 100 } })} where id = ${id}`;
    repository.commit({ [name(110)]: "changed meanwhile" });
    const asked = host.requests.length;
    expect(await indexed(id)).toMatchObject({ status: "SUCCESS", passages: 120, settings: { commit } });
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual(files.map(([, text]) => text));
    expect(host.requests.length).toBe(asked);
  });

  it("leaves no copy behind when the source is gone", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.md": "words" });
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    await indexed(id);
    const copy = path.join(product.runtime.dataDir, "repositories", `${id}.git`);
    expect(existsSync(copy)).toBe(true);
    done(
      await deleteDataSources.execute({ principal: member, request, input: { guru: guru.slug, ids: [id] } }),
    );
    expect(await removeOrphanedCopies()).toBe(1);
    expect(existsSync(copy)).toBe(false);
  });
});
