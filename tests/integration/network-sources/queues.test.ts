import { expect, it } from "vitest";
import { startWorker } from "@/lib/jobs/worker";
import { migrate } from "@/scripts/serve/migrate";
import { serve } from "../fetching/servers";
import { textIn } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import { serveGit, TestRepository } from "./git-server";
import {
  guru,
  member,
  pageSource,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "./harness";

withFetchingProduct();

it("a site that does not answer holds up neither texts nor repositories; a stop leaves it waiting", async () => {
  const site = await serve(() => {});
  const repository = new TestRepository();
  repository.commit({ "a.md": "words" });
  const host = await serveGit(repository);
  const page = await pageSource(`${site.origin}/slow`);
  const worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
  try {
    await until("the page's request", async () => site.connections() > 0);
    const text = await textIn(guru.slug, member, "Rollback", "With one command.");
    const files = await repositorySource(`${host.origin}/team/handbook`);
    for (const id of [text, files])
      await until("its end", async () => (await sourceRow(id)).status === "SUCCESS");
    expect((await sourceRow(page)).status).toBe("PROCESSING");
  } finally {
    await worker.stop();
  }
  expect(await sourceRow(page)).toMatchObject({ status: "NOT_PROCESSED", attempts: 0 });
});

it("what the network refuses for a moment is tried again after half a minute, also in a queue that is there already", async () => {
  const settings = () =>
    product.admin`
      select name, retry_limit, retry_delay, retry_backoff from pgboss.queue
      where name like 'index-%' order by name`;
  const common = { retry_limit: 3, retry_backoff: true };
  const meant = [
    { name: "index-code", retry_delay: null, ...common },
    { name: "index-data-source", retry_delay: null, ...common },
    { name: "index-item", retry_delay: null, ...common },
    { name: "index-repository", retry_delay: 30, ...common },
    { name: "index-website", retry_delay: 30, ...common },
  ];
  expect([...(await settings())]).toEqual(meant);
  // As an earlier version made them.
  await product.admin`update pgboss.queue set retry_delay = null, retry_limit = 1`;
  const { urls, roles, mode } = product.runtime;
  await migrate({ maintenanceUrl: urls.maintenance, roles, mode });
  expect([...(await settings())]).toEqual(meant);
  const id = await pageSource("https://docs.example.com/again");
  const jobs = await product.admin`select retry_delay from pgboss.job where data->>'dataSourceId' = ${id}`;
  expect([...jobs]).toEqual([{ retry_delay: 30 }]);
});
