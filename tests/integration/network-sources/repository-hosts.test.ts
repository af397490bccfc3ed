import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { bringUpToDate } from "@/lib/features/data-sources/git/bring-up-to-date";
import { newestHeads } from "@/lib/features/data-sources/git/remote-heads";
import { remoteRepository } from "@/lib/features/data-sources/git/remote-repository";
import { NotNow, Unreadable } from "@/lib/features/data-sources/indexing/text-piece";
import { serveGit, TestRepository } from "./git-server";
import { indexed, repositorySource, withFetchingProduct } from "./harness";

withFetchingProduct();

const folder = mkdtempSync(path.join(tmpdir(), "gurulog-hosts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const signal = new AbortController().signal;
/** Not the question by which the repository is found. */
const isOfGit = (req: IncomingMessage) => req.headers["user-agent"]?.startsWith("git/") === true;

function handbook() {
  const repository = new TestRepository();
  return { repository, commit: repository.commit({ "a.md": "words" }) };
}

it("a repository with more refs than a fetch takes is read all the same", async () => {
  const { repository, commit } = handbook();
  const refs = Array.from(
    { length: 45_000 },
    (_, n) => `${commit} refs/heads/${String(n).padStart(6, "0")}-${"x".repeat(220)}\n`,
  ).join("");
  expect(refs.length).toBeGreaterThan(10 * 1024 * 1024);
  writeFileSync(
    path.join(repository.folder, ".git", "packed-refs"),
    `# pack-refs with: peeled fully-peeled sorted \n${refs}`,
  );
  const host = await serveGit(repository);
  const row = await indexed(await repositorySource(`${host.origin}/team/handbook`));
  expect(row).toMatchObject({ status: "SUCCESS", error: null, settings: { commit } });
});

describe("the address that was judged", () => {
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }];

  it("is where git goes, whatever the name leads to", async () => {
    const { repository, commit } = handbook();
    const host = await serveGit(repository);
    // No name server knows it (RFC 2606, 2).
    const url = `http://git.halden.example:${host.port}/team/handbook`;
    const remote = await remoteRepository(url, null, signal, resolve);
    expect(remote.url).toBe(url);
    const heads = [{ branch: null, commit }];
    expect(await newestHeads({ remote, branches: [], signal })).toEqual(heads);
    const copy = await bringUpToDate({ dataSourceId: randomUUID(), remote, branches: [], signal });
    expect(copy.heads).toEqual(heads);
  });

  it.each(["+git.halden.example", "-git.halden.example", "*"])(
    "cannot be told to git for %s, so nothing is fetched from there",
    async (name) => {
      const host = await serveGit(handbook().repository);
      const url = `http://${name}:${host.port}/team/handbook`;
      await expect(remoteRepository(url, null, signal, resolve)).rejects.toThrow(/git can be sent to/);
    },
  );
});

describe("a host", () => {
  it("that is down is asked again, though the repository's name sounds like a reason", async () => {
    const host = await serveGit(handbook().repository, (req, res, pass) =>
      isOfGit(req) ? res.writeHead(502).end() : pass(),
    );
    const row = await indexed(await repositorySource(`${host.origin}/team/url-redirector`));
    expect(row.error).toMatch(/could not be fetched from its host\. This was tried/);
  });

  it("that does not say in time which commit it has may do so later", async () => {
    const { repository } = handbook();
    const host = await serveGit(repository, (req, _res, pass) => {
      if (!isOfGit(req)) pass();
    });
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal);
    const asking = newestHeads({ remote, branches: [], signal, patienceMs: 300 });
    await expect(asking).rejects.toBeInstanceOf(NotNow);
    await expect(asking).rejects.toThrow(/took too long to say which commit/);
  });

  it("that does not come to an end is not tried again and again", async () => {
    const { repository } = handbook();
    const host = await serveGit(repository, (req, _res, pass) => {
      if (req.method === "GET") pass();
    });
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal);
    const fetching = bringUpToDate({
      dataSourceId: randomUUID(),
      remote,
      branches: [],
      signal,
      patienceMs: 500,
    });
    await expect(fetching).rejects.toBeInstanceOf(Unreadable);
    await expect(fetching).rejects.toThrow(/took longer than 1 min to fetch/);
  });
});

describe("a branch", () => {
  it("that is not there is told so, without fetching", async () => {
    const host = await serveGit(handbook().repository);
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal);
    const asking = newestHeads({ remote, branches: ["gone"], signal });
    await expect(asking).rejects.toThrow("The repository has no branch or tag gone.");
  });

  it("is not said to be gone when git was ended from outside", async () => {
    const host = await serveGit(handbook().repository);
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal);
    const git = execFileSync("/bin/sh", ["-c", "command -v git"]).toString().trim();
    const killed = `#!/bin/sh\ncase "$*" in *ls-remote*) kill -9 $$;; esac\nexec ${git} "$@"\n`;
    writeFileSync(path.join(folder, "git"), killed, { mode: 0o755 });
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    const asking = newestHeads({ remote, branches: ["main"], signal });
    await expect(asking).rejects.toBeInstanceOf(NotNow);
  });
});
