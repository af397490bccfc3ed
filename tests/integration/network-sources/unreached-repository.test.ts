import { expect, it } from "vitest";
import { guruSources, sourcePassages } from "@/lib/features/data-sources/queries";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { patienceLooks } from "@/lib/features/data-sources/unreached";
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

async function readOnce() {
  const repository = new TestRepository();
  repository.commit({ "a.md": "words" });
  const host = { isDown: false };
  const { origin } = await serveGit(repository, (_, res, pass) =>
    host.isDown ? res.writeHead(503).end() : pass(),
  );
  const id = await repositorySource(`${origin}/team/handbook`);
  await indexed(id);
  host.isDown = true;
  return { id, host };
}
const listed = async (id: string) =>
  done(
    await guruSources.execute({ principal: member, request, input: { guru: guru.slug, search: undefined } }),
  ).sources.find((source) => source.id === id);
const longAgo = (id: string, interval: string, looks: number) => product.admin`
  update data_source set settings = jsonb_set(jsonb_set(settings, '{unreached,looks}', to_jsonb(${looks}::int)),
    '{unreached,since}', to_jsonb(to_char((now() - ${interval}::interval) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
  where id = ${id}`;

it("a repository whose host does not answer says since when, and no more once it does", async () => {
  const { id, host } = await readOnce();
  expect((await listed(id))?.unreached).toBeNull();
  await rereadRepository({ dataSourceId: id });
  const words = (await listed(id))?.unreached;
  expect(words).toMatch(
    /^Not read again since \d{4}-\d\d-\d\d \d\d:\d\d UTC\. The repository's host cannot answer at the moment \(status 503\)\.$/,
  );
  await longAgo(id, "1 hour", 4);
  const since = (await listed(id))?.unreached;
  expect(since).not.toBe(words);
  await rereadRepository({ dataSourceId: id });
  const found = done(
    await sourcePassages.execute({ principal: member, request, input: { guru: guru.slug, id } }),
  );
  expect(found?.upkeep).toMatchObject({ status: "SUCCESS", unreached: since });
  expect((await sourceRow(id)).settings.unreached.looks).toBe(5);
  // Neither the list nor the page gets what else is known of the source.
  expect(JSON.stringify(found)).not.toContain("settings");
  host.isDown = false;
  await rereadRepository({ dataSourceId: id });
  expect((await listed(id))?.unreached).toBeNull();
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
});

it("after three days of looks it fails with its event by System, keeps its passages, and is well again later", async () => {
  const { id, host } = await readOnce();
  await rereadRepository({ dataSourceId: id });
  // Two looks, three days apart, as of a product that did not run meanwhile.
  await longAgo(id, "3 days 1 minute", 1);
  await rereadRepository({ dataSourceId: id });
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
  // Many within a short time.
  await longAgo(id, "2 days 23 hours", patienceLooks);
  await rereadRepository({ dataSourceId: id });
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
  await longAgo(id, "3 days 1 minute", patienceLooks);
  await rereadRepository({ dataSourceId: id });
  const row = await indexed(id);
  expect(row).toMatchObject({ status: "FAIL" });
  expect(row.error).toMatch(/status 503\)\. It has been so since .* UTC\. This was tried 4 times\./);
  expect((await eventsOf(id)).at(-1)).toMatchObject({
    operation: "INDEX_DATASOURCE_FAILED",
    actor_type: "system",
    account_id: null,
    details: { message: row.error },
  });
  expect((await passagesOf(id)).map(({ content }) => content)).toEqual(["words"]);
  host.isDown = false;
  await rereadRepository({ dataSourceId: id });
  expect((await indexed(id)).settings).not.toHaveProperty("unreached");
  expect((await listed(id))?.unreached).toBeNull();
});
