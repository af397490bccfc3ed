import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { startCrawl } from "@/lib/features/data-sources/commands/start-crawl";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { setRuntime } from "@/lib/platform/runtime";
import { canary, foundIn } from "@/tests/support/canaries/forms";
import { catchOutput } from "@/tests/support/canaries/output";
import { placesToLook } from "@/tests/support/canaries/places";
import { breakTheLog, testRequest as request } from "@/tests/support/product";
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
  const output = catchOutput();
  const viewer = await product.person("viewer@halden.example");
  await giveRole(guru.id, viewer, "viewer");
  const answers: unknown[] = [];
  const given = async (by: UserPrincipal, who: string) => {
    const common = { principal: by, request };
    const at = (kind: string) => `https://name:${made(`${kind}-${who}`)}@host.example/team`;
    const inPath = `https://name:a/${made(`broken-${who}`)}@host.example/team`;
    const joined = (kind: string) => `https://a.example/,${at(kind)}`;
    const apart = (kind: string) => `https://a.example/ ${at(kind)}`;
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
      await repository({ url: joined("repository-joined") }),
      await repository({ url: apart("repository-apart") }),
      await addWebsiteSources.execute({ ...common, input: { guru: guru.slug, urls: at("page") } }),
      await addWebsiteSources.execute({
        ...common,
        input: { guru: guru.slug, urls: `${at("one-of-pages")}\n${inPath}` },
      }),
    );
    for (const shape of [joined, apart]) {
      const name = shape === joined ? "joined" : "apart";
      answers.push(
        await addWebsiteSources.execute({
          ...common,
          input: { guru: guru.slug, urls: shape(`page-${name}`) },
        }),
        await addWebsiteSources.execute({
          ...common,
          input: { guru: guru.slug, urls: `${shape(`one-of-${name}`)}\nno address` },
        }),
        await addWebsiteSources.execute({
          ...common,
          input: {
            guru: guru.slug,
            urls: `https://b.example/${who}/${name}\n${shape(`after-one-that-is-added-${name}`)}`,
          },
        }),
      );
    }
    for (const kind of ["links", "sitemap"])
      for (const url of [at(kind), joined(`${kind}-joined`), apart(`${kind}-apart`)])
        answers.push(
          await startCrawl.execute({ ...common, input: { guru: guru.slug, kind, url, maxPages: 5 } }),
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
  output.release();

  const places = await placesToLook(product, output.text(), answers);
  expect(foundIn(places, values)).toEqual([]);
  // The search sees what is there, and knows what a form would look like.
  expect(places.get("the answers")).toContain("…@host.example/team: An address must not hold");
  expect(places.get("public.data_source")).toContain("GIT_TOKEN");
  expect(places.get("public.secret")).toMatch(/\\\\x[0-9a-f]{60}/);
  expect(places.get("xlsx")?.includes("ACCESS_DENIED")).toBe(true);
}, 120_000);

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
