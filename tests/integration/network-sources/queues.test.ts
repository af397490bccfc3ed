import { expect, it } from "vitest";
import { startWorker } from "@/lib/jobs/worker";
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
