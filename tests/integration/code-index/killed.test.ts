import { expect, it } from "vitest";
import { killWorker, startWorkerProcess, withWorkerProcesses } from "@/tests/support/worker-processes";
import { loopback } from "../fetching/servers";
import { serveGit, TestRepository } from "../network-sources/git-server";
import {
  eventsOf,
  product,
  repositorySource,
  sourceRow,
  withFetchingProduct,
} from "../network-sources/harness";
import { until } from "../sealer/events-for-tests";
import { filesOf, pathsNaming, repositoryRow } from "./harness";

withFetchingProduct();
withWorkerProcesses();

const worker = () => startWorkerProcess(product, { GURULOG_ALLOW_PRIVATE_CIDRS: loopback });

/** With what tells a row that was written again from one that was not. */
const completeOf = (id: string) => product.admin`
  select id::int, parts, xmin::text from code_segment where source_id = ${id} and complete order by id`;

it("a process killed midway is followed by one that keeps what is complete, and nobody sees less than all", async () => {
  const many = 12_000;
  const repository = new TestRepository();
  repository.commit(
    Object.fromEntries(
      Array.from({ length: many }, (_, n) => [`d${n % 50}/f${n}.txt`, `words of file${n}\n`]),
    ),
  );
  const host = await serveGit(repository);
  const id = await repositorySource(`${host.origin}/team/handbook`);
  const first = await worker();
  await until("a segment is complete", async () => (await completeOf(id)).length > 0, 120_000);
  await killWorker(first);
  const kept = await completeOf(id);
  expect(await repositoryRow(id)).toMatchObject({ generation: 0, running: true });
  expect(await filesOf(id)).toHaveLength(0);
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS" });

  await product.admin`update code_repository set heartbeat_at = now() - interval '31 seconds', next_try_at = now()`;
  await worker();
  await until("it is indexed", async () => (await repositoryRow(id)).generation === 1, 120_000);
  expect(await repositoryRow(id)).toMatchObject({ files: many, problem: null, running: false });
  expect((await filesOf(id)).length).toBe(many);
  expect((await completeOf(id)).slice(0, kept.length)).toEqual(kept);
  expect(await product.admin`select from code_segment where source_id = ${id} and not complete`).toHaveLength(
    0,
  );
  expect(await pathsNaming(id, "words of file11999")).toEqual([`d${11_999 % 50}/f11999.txt`]);
  expect((await eventsOf(id)).map(({ operation }) => operation)).toEqual([
    "ADD_DATASOURCE",
    "INDEX_DATASOURCE",
  ]);
}, 300_000);
