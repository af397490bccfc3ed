import { expect, it } from "vitest";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { makePdf } from "@/tests/support/documents/pdf";
import { testRequest as request } from "@/tests/support/product";
import { killWorker, startWorkerProcess, withWorkerProcesses } from "@/tests/support/worker-processes";
import { loopback, serve } from "../fetching/servers";
import { done } from "../gurus/guru-for-tests";
import { until } from "../sealer/events-for-tests";
import { eventsOf, guru, member, pageSource, product, sourceRow, withFetchingProduct } from "./harness";

withFetchingProduct();
withWorkerProcesses();

const worker = () => startWorkerProcess(product, { GURULOG_ALLOW_PRIVATE_CIDRS: loopback });

/** The half minute after which a process that says nothing counts as dead. */
const afterSilence = () =>
  product.admin`update data_source set heartbeat_at = heartbeat_at - interval '31 seconds' where status = 'PROCESSING'`;

const statusOf = async (id: string) => (await sourceRow(id)).status;
/** With what tells a row that was written again from one that was not. */
const passagesOf = (id: string) => product.admin`
  select ordinal, locator, content, xmin::text from passage where data_source_id = ${id} order by run, ordinal`;
const indexingsOf = async (id: string) =>
  (await eventsOf(id)).flatMap(({ operation, actor_type }) =>
    operation.startsWith("INDEX_") ? [`${operation} by ${actor_type}`] : [],
  );

it("a process killed midway in a document is followed by one that reads on, and by one event", async () => {
  const pages = 3_000;
  const handbook = makePdf(
    Array.from({ length: pages }, (_, n) => [`Chapter ${n + 1} tells of day ${n + 1}.`]),
  );
  const body = new Blob([new Uint8Array(handbook)]).stream();
  const about = { principal: member, request };
  const file = { guru: guru.slug, fileName: "handbook.pdf", declaredBytes: handbook.length, body };
  const { id: uploadId } = done(await receiveUpload({ ...about, ...file }));
  const { id } = done(await addFileSource.execute({ ...about, input: { guru: guru.slug, uploadId } }));

  const first = await worker();
  await until("it is in the midst of it", async () => (await sourceRow(id)).resume !== null, 60_000);
  await killWorker(first);
  const left = await sourceRow(id);
  expect(left).toMatchObject({ status: "PROCESSING", shown_run: 0 });
  const { passages: kept } = left.resume;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(pages);
  const before = (await passagesOf(id)).slice(0, kept);
  expect(await indexingsOf(id)).toEqual([]);

  await afterSilence();
  await worker();
  await until("it is read", async () => (await statusOf(id)) === "SUCCESS", 90_000);
  const after = await passagesOf(id);
  expect(after.map(({ locator }) => locator)).toEqual(
    Array.from({ length: pages }, (_, n) => `page ${n + 1}`),
  );
  // What the first one kept nobody wrote again.
  expect(after.slice(0, kept)).toEqual(before);
  expect(await sourceRow(id)).toMatchObject({ passages: pages, index_run: left.index_run, resume: null });
  expect(await indexingsOf(id)).toEqual(["INDEX_DATASOURCE by system"]);
}, 180_000);

it("a process killed midway in a website is followed by one that reads what is missing, with one event a page", async () => {
  const asked: string[] = [];
  const isAnswered = { b: false };
  const site = await serve((req, res) => {
    asked.push(req.url ?? "");
    res.setHeader("content-type", "text/html");
    const page = `<html><title>Page ${req.url}</title><main><p>What stands on ${req.url}.</p></main></html>`;
    // In the midst of it the answer stops, until the process is dead.
    if (req.url === "/b" && !isAnswered.b) res.write(page.slice(0, 20));
    else res.end(page);
  });
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) ids.push(await pageSource(`${site.origin}/${name}`));
  const [a = "", b = ""] = ids;

  const first = await worker();
  await until("it reads the second page", async () => asked.includes("/b"), 60_000);
  await until("it has said so", async () => (await statusOf(b)) === "PROCESSING");
  await killWorker(first);
  expect(await Promise.all(ids.map(statusOf))).toEqual(["SUCCESS", "PROCESSING", "NOT_PROCESSED"]);
  const before = await passagesOf(a);

  isAnswered.b = true;
  await afterSilence();
  await worker();
  await until(
    "all is read",
    async () => (await Promise.all(ids.map(statusOf))).every((status) => status === "SUCCESS"),
    60_000,
  );
  expect(await passagesOf(a)).toEqual(before);
  expect(asked.toSorted()).toEqual(["/a", "/b", "/b", "/c"]);
  for (const [n, id] of ids.entries()) {
    expect((await passagesOf(id)).map(({ content }) => content)).toEqual([
      `What stands on /${["a", "b", "c"][n]}.`,
    ]);
    expect(await indexingsOf(id)).toEqual(["INDEX_DATASOURCE by system"]);
  }
}, 120_000);
