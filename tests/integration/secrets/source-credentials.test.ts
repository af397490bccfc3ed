import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { setRuntime } from "@/lib/platform/runtime";
import { breakTheLog, testRequest as request } from "@/tests/support/product";
import { copyOfTables } from "../erasure/whole-database";
import { make } from "../exports/make-file";
import { serve } from "../fetching/servers";
import { done, giveRole } from "../gurus/guru-for-tests";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  guru,
  indexed,
  member,
  pageSource,
  product,
  repositorySource,
  withFetchingProduct,
} from "../network-sources/harness";

withFetchingProduct();

const canary = (kind: string) => `ghp-${kind}-${randomBytes(9).toString("hex")}`;
/** As a host's tokens are: it could be the name of a secret too. */
const nameShaped = () => `ghp_${randomBytes(18).toString("hex")}`;

/** What a host says to a token that it does not take: all of it where git or we might repeat it. */
const refusals: Record<string, (token: string) => [number, Record<string, string>, string]> = {
  "a refusal": (token) => [401, { "www-authenticate": `Basic realm="${token}"` }, token],
  "no such repository": (token) => [404, { "x-token": token }, `no repository for ${token}`],
  "a fault": (token) => [500, { "content-type": "text/plain" }, `fault of ${token}`],
  "a redirect with it as name and password": (token) => [
    302,
    { location: `http://${token}:${token}@127.0.0.1:9/team/handbook/info/refs?service=git-upload-pack` },
    "",
  ],
  "an error in git's own words": (token) => {
    const line = `ERR ${token} has expired\n`;
    const length = (line.length + 4).toString(16).padStart(4, "0");
    const type = "application/x-git-upload-pack-advertisement";
    return [200, { "content-type": type }, `001e# service=git-upload-pack\n0000${length}${line}`];
  },
  "nonsense instead of git": (token) => [200, { "content-type": "text/html" }, `<h1>${token}</h1>`],
};

it("a token given to a source, in the right field or in a wrong one, is found nowhere, whatever its host says", async () => {
  const values: Record<string, string> = {};
  const made = (kind: string, value = canary(kind)) => {
    values[kind] = value;
    return value;
  };
  const printed: string[] = [];
  const keep = ((text: unknown) => printed.push(String(text)) > 0) as typeof process.stderr.write;
  const spies = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  for (const spy of spies) spy.mockImplementation(keep);
  const levels = ["error", "warn", "log", "info", "debug"] as const;
  const consoles = levels.map((level) =>
    vi.spyOn(console, level).mockImplementation((...said) => void printed.push(said.map(String).join(" "))),
  );
  const viewer = await product.person("viewer@halden.example");
  await giveRole(guru.id, viewer, "viewer");
  const answers: unknown[] = [];
  const given = async (by: UserPrincipal, who: string) => {
    const common = { principal: by, request };
    const at = (kind: string) => `https://name:${made(`${kind}-${who}`)}@host.example/team`;
    const inPath = `https://name:a/${made(`broken-${who}`)}@host.example/team`;
    const repository = (more: object) =>
      addRepositorySource.execute({ ...common, input: { guru: guru.slug, ...more } });
    answers.push(
      await repository({ url: at("repository") }),
      await repository({ url: inPath }),
      await repository({ url: `ssh://${made(`ssh-${who}`)}@host.example/team` }),
      await repository({ url: "https://host.example/team", secret: made(`as-secret-${who}`) }),
      await repository({ url: "https://host.example/team", secret: `{${made(`in-braces-${who}`)}}` }),
      await repository({ url: `https://${made(`as-user-${who}`, nameShaped())}@host.example/team` }),
      await repository({
        url: "https://host.example/team",
        secret: made(`shaped-as-secret-${who}`, nameShaped()),
      }),
      await repository({
        url: "https://host.example/team",
        secret: `{${made(`shaped-in-braces-${who}`, nameShaped())}}`,
      }),
      await addWebsiteSources.execute({ ...common, input: { guru: guru.slug, urls: at("page") } }),
      await addWebsiteSources.execute({
        ...common,
        input: { guru: guru.slug, urls: `${at("one-of-pages")}\n${inPath}` },
      }),
    );
    for (const kind of ["links", "sitemap"])
      answers.push(
        await startCrawl.execute({ ...common, input: { guru: guru.slug, kind, url: at(kind), maxPages: 5 } }),
      );
  };
  await given(member, "maintainer");
  // Recorded, as refused.
  await given(viewer, "viewer");
  const mend = await breakTheLog(product);
  await given(member, "broken-log");
  await mend();

  const secretOf = async (token: string) =>
    done(
      await writeSecret.execute({
        principal: member,
        request,
        input: { guru: guru.slug, name: "GIT_TOKEN", secretValue: token },
      }),
    );
  const read: string[] = [];
  for (const [about, refuse] of Object.entries(refusals)) {
    const token = made(about.replace(/\W+/g, "-"));
    await secretOf(token);
    const host = await serve((incoming, response) => {
      if (incoming.headers.authorization) read.push(about);
      const [status, headers, body] = refuse(token);
      response.writeHead(status, headers).end(body);
    });
    const row = await indexed(
      await repositorySource(`${host.origin}/team/handbook`, { secret: "{GIT_TOKEN}" }),
    );
    expect([about, row.status, String(row.error)]).toEqual([about, "FAIL", expect.stringMatching(/\w.*\.$/)]);
  }
  expect([...new Set(read)]).toEqual(Object.keys(refusals));
  const token = made("taken");
  await secretOf(token);
  const repository = new TestRepository();
  repository.commit({ "a.md": "for those with a token" });
  const host = await serveGit(repository);
  const taken = await indexed(
    await repositorySource(`${host.origin}/team/handbook`, { secret: "GIT_TOKEN" }),
  );
  expect(taken.status).toBe("SUCCESS");
  const led = made("location");
  const leading = await serve((_, response) => {
    response.writeHead(302, { location: `http://name:${led}@127.0.0.1:9/` }).end();
  });
  expect((await indexed(await pageSource(`${leading.origin}/`))).status).toBe("FAIL");
  for (const spy of [...spies, ...consoles]) spy.mockRestore();

  const copy = await copyOfTables(product.admin);
  const texts: [string, string][] = [
    ["the output", printed.join("\n")],
    ["the answers", JSON.stringify(answers)],
    ["the CSV export", (await make(csv)).bytes.toString("utf8")],
    ["the JSON export", (await make(json)).bytes.toString("utf8")],
    ...copy,
  ];
  const found = Object.entries(values).flatMap(([kind, value]) =>
    formsOf(value).flatMap((form) =>
      texts.filter(([, text]) => text.includes(form)).map(([place]) => `${kind} in ${place}`),
    ),
  );
  expect(found).toEqual([]);
  // The search sees what is there, and knows what a form would look like.
  expect(JSON.stringify(answers)).toContain("…@host.example/team: An address must not hold");
  expect(copy.get("public.data_source")).toContain("GIT_TOKEN");
  expect(copy.get("public.secret")).toMatch(/\\\\x[0-9a-f]{60}/);
  expect([...copy.values()].some((text) => text.includes("ACCESS_DENIED"))).toBe(true);
}, 120_000);

/** A token as it was given, and as git sends it: base64 of name, colon and token; both as a column of bytes has them. */
function formsOf(token: string): string[] {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64").slice(24, 60);
  return [token, encodeURIComponent(token), basic].flatMap((form) => [
    form,
    Buffer.from(form).toString("hex"),
  ]);
}

it("a source whose secret lies under a key that is gone says so", async () => {
  const input = { guru: guru.slug, name: "OLD_TOKEN", secretValue: canary("old") };
  done(await writeSecret.execute({ principal: member, request, input }));
  const host = await serveGit(new TestRepository());
  const id = await repositorySource(`${host.origin}/team/handbook`, { secret: "OLD_TOKEN" });
  const { runtime } = product;
  const another = [{ id: "another", key: randomBytes(32) }];
  setRuntime({ ...runtime, keys: { ...runtime.keys, encryptionKeys: another } });
  const row = await indexed(id);
  setRuntime(runtime);
  expect(row).toMatchObject({ status: "FAIL", error: expect.stringMatching(/^The key that OLD_TOKEN was/) });
  expect(host.requests).toEqual([]);
});
