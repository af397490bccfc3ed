import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { bringUpToDate } from "@/lib/features/data-sources/git/bring-up-to-date";
import { remoteRepository } from "@/lib/features/data-sources/git/remote-repository";
import { testRequest as request } from "@/tests/support/product";
import { serve } from "../fetching/servers";
import { serveGit, TestRepository } from "./git-server";
import { guru, indexed, member, passagesOf, product, repositorySource, withFetchingProduct } from "./harness";

withFetchingProduct();

const folder = mkdtempSync(path.join(tmpdir(), "gurulog-hostile-"));
const proof = path.join(folder, "ran");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an address that git would understand in another way is refused when it is added", () => {
  it.each([
    [`ext::sh -c "touch% ${proof}"`, /invisible character|space/],
    ["ext::sh", /begin with https/],
    ["file:///etc", /begin with https/],
    ["/etc", /no web address/],
    ["../../etc", /no web address/],
    ["git@host.example:team/handbook", /read by https/],
    ["ssh://host.example/team/handbook", /read by https/],
    ["ssh://-oProxyCommand=touch/x", /read by https/],
    ["git://host.example/team/handbook", /read by https/],
    ["-u./payload", /no web address/],
    [`--upload-pack=touch ${proof}`, /space/],
    ["--upload-pack=x", /no web address/],
    ["https://host.example/team/handbook\r\nHost: x", /invisible character/],
    ["https://host.example/team/handbook\0", /invisible character/],
    ["https://name:token@host.example/team/handbook", /name or a password/],
    ["https://host.example/", /no repository/],
    ["https://host.example./team/handbook", /ends in a dot/],
    ["https://+host.example/team/handbook", /sign that no host’s name has/],
    ["https://-host.example/team/handbook", /sign that no host’s name has/],
    ["https://*/team/handbook", /sign that no host’s name has/],
    ["https://host.example/a?b=c", /question mark/],
    ["http://host.example:9418/team", /./],
  ])("%j", async (url, reason) => {
    const before = (await product.events()).length;
    const result = await addRepositorySource.execute({
      principal: member,
      request,
      input: { guru: guru.slug, url },
    });
    if (url.includes(":9418")) return expect(result.ok).toBe(true);
    expect(result).toMatchObject({ ok: false, code: "invalid", message: expect.stringMatching(reason) });
    expect((await product.events()).length).toBe(before);
    expect(existsSync(proof)).toBe(false);
  });

  it.each([
    ["branches", "-f"],
    ["branches", "--upload-pack=x"],
    ["branches", "a..b"],
    ["branches", "main:refs/heads/x"],
    ["branches", "+main"],
    ["branches", "a b"],
    ["branches", "release/*/../x"],
    ["branches", "-*"],
    ["branches", "main,-f"],
    ["branches", Array.from({ length: 21 }, (_, n) => `b${n}`).join("\n")],
    ["branches", "x".repeat(10_000_000)],
    ["branches", "main\n"],
    ["branches", "a\u202Eb"],
    ["branches", "x".repeat(201)],
    ["include", "[z-a]"],
    ["include", "!(a)"],
    ["exclude", "a\\b"],
    ["exclude", "*\0"],
    ["exclude", `${"a,".repeat(51)}`],
    ["exclude", "x".repeat(10_000_000)],
    ["secret", "ghp_typed_in_itself"],
    ["secret", "{NOT_THERE}"],
    ["secret", "{a b}"],
    ["secret", "x".repeat(10_000)],
  ])("so is what could be an option or a pattern without end: %s %.30j", async (field, value) => {
    const url = `https://host.example/team/${randomUUID()}`;
    const input = { guru: guru.slug, url, [field]: value };
    const result = await addRepositorySource.execute({ principal: member, request, input });
    if (value === "+main" || value === "main\n") {
      // A plus is a letter of a branch's name; a line end at the edge is cut off as in every field.
      expect(result.ok).toBe(true);
      return;
    }
    expect(result).toMatchObject({ ok: false, code: "invalid" });
    expect(JSON.stringify(result)).not.toContain("ghp_typed");
  });
});

describe("a host", () => {
  const reasonOf = async (origin: string) =>
    (await indexed(await repositorySource(`${origin}/team/handbook`))).error;

  it("at a closed address is not asked", async () => {
    expect(await reasonOf("http://169.254.169.254")).toMatch(/private, local or reserved/);
  });

  it("that leads to a closed address is refused at that hop", async () => {
    const host = await serve((_, res) =>
      res.writeHead(302, { location: "http://10.0.0.1/x/info/refs?service=git-upload-pack" }).end(),
    );
    expect(await reasonOf(host.origin)).toMatch(/private, local or reserved/);
  });

  it("that leads git on, once it was judged, is not followed", async () => {
    const trap = await serve((_, res) => res.end("secret"));
    const repository = new TestRepository();
    repository.commit({ "a.md": "words" });
    let asked = 0;
    const host = await serveGit(repository, (req, res, pass) => {
      asked += 1;
      if (asked === 1) return pass();
      res.writeHead(302, { location: `${trap.origin}${req.url}` }).end();
    });
    expect(await reasonOf(host.origin)).toMatch(/sends git on to another address/);
    expect(trap.connections()).toBe(0);
  });

  it("that speaks the dumb protocol and names other hosts' objects leads nowhere", async () => {
    const trap = await serve((_, res) => res.end("secret"));
    const commit = "1".repeat(40);
    let asked = 0;
    const host = await serve((req, res) => {
      asked += 1;
      if (asked === 1)
        return res
          .setHeader("content-type", "application/x-git-upload-pack-advertisement")
          .end("001e# service=git-upload-pack\n0000");
      if (req.url?.includes("info/refs")) return res.end(`${commit}\trefs/heads/main\n`);
      if (req.url?.endsWith("/HEAD")) return res.end("ref: refs/heads/main\n");
      if (req.url?.includes("alternates")) return res.end(`${trap.origin}/objects\n`);
      res.statusCode = 404;
      res.end();
    });
    expect(await reasonOf(host.origin)).toBeTruthy();
    expect(trap.connections()).toBe(0);
  });

  it("that is no git host is said to be none", async () => {
    const page = await serve((_, res) => res.setHeader("content-type", "text/html").end("<html>a page"));
    expect(await reasonOf(page.origin)).toMatch(/no git repository/);
    const gone = await serve((_, res) => res.writeHead(404).end());
    expect(await reasonOf(gone.origin)).toMatch(/no repository at this address/);
  });

  it("that sends what is no pack is refused", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.md": "words" });
    const host = await serveGit(repository, (req, res, pass) => {
      if (req.method === "GET") return pass();
      res.setHeader("content-type", "application/x-git-upload-pack-result").end("000eACK nothing");
    });
    expect(await reasonOf(host.origin)).toMatch(/could not be fetched|no sound repository/);
  });

  it("without a commit is said to be empty", async () => {
    const host = await serveGit(new TestRepository());
    expect(await reasonOf(host.origin)).toMatch(/empty/);
  });
});

describe("a repository that is made to do harm", () => {
  it("brings no link, no module, no hook and no attribute to life", async () => {
    const repository = new TestRepository();
    repository.commit({
      "a.md": "words",
      ".gitattributes": "* filter=evil diff=evil\n",
      ".gitmodules": `[submodule "x"]\n\tpath = x\n\turl = ext::touch ${proof}\n`,
      ".lfsconfig": `[lfs]\n\turl = http://169.254.169.254/\n`,
    });
    writeFileSync(path.join(folder, "target"), "/etc/passwd");
    const link = execFileSync("git", ["hash-object", "-w", path.join(folder, "target")], {
      cwd: repository.folder,
    })
      .toString()
      .trim();
    repository.commitEntry("120000", link, "passwd.md");
    repository.commitEntry("160000", "2".repeat(40), "x");
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`);
    expect((await indexed(id)).status).toBe("SUCCESS");
    const passages = await passagesOf(id);
    expect(passages.map(({ locator }) => locator).sort()).toEqual([
      ".gitattributes:1",
      ".gitmodules:1",
      ".lfsconfig:1",
      "a.md:1",
    ]);
    expect(JSON.stringify(passages)).not.toMatch(/root:|passwd\.md/);
    expect(existsSync(proof)).toBe(false);
  });

  it("of files that nobody chose is said to have none", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.md": "words" });
    const host = await serveGit(repository);
    const id = await repositorySource(`${host.origin}/team/handbook`, { include: "docs/**" });
    expect((await indexed(id)).error).toMatch(/No file of this repository is chosen/);
  });

  it("larger than its limit is given up, and nothing of it is kept", async () => {
    const repository = new TestRepository();
    const noise = Buffer.from(Array.from({ length: 400_000 }, (_, n) => (n * 2_654_435_761) >>> 24));
    repository.commit({
      "noise.bin": Buffer.concat([noise, Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))]),
    });
    const host = await serveGit(repository);
    const signal = new AbortController().signal;
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal);
    const dataSourceId = "0199d0a4-0000-7000-8000-00000000000a";
    await expect(
      bringUpToDate({ dataSourceId, remote, branches: [], signal, mostBytes: 20_000 }),
    ).rejects.toThrow(/larger than 1 MB/);
    expect(existsSync(path.join(product.runtime.dataDir, "repositories", `${dataSourceId}.git`))).toBe(false);
  });

  it("is left at once when the worker stops", async () => {
    const repository = new TestRepository();
    repository.commit({ "a.md": "words" });
    const host = await serveGit(repository, (req, _res, pass) => {
      if (req.method === "GET") pass();
    });
    const signal = new AbortController();
    const remote = await remoteRepository(`${host.origin}/team/handbook`, null, signal.signal);
    const dataSourceId = "0199d0a4-0000-7000-8000-00000000000b";
    const fetching = bringUpToDate({ dataSourceId, remote, branches: [], signal: signal.signal });
    setTimeout(() => signal.abort(new Error("the worker stops")), 300);
    await expect(fetching).rejects.toThrow("the worker stops");
  });
});
