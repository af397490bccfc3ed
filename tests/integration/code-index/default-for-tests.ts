import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { readDb, schema } from "@/lib/db/client";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { serveGit, TestRepository } from "../network-sources/git-server";
import { product, sourceRow } from "../network-sources/harness";
import { repositoryRow } from "./harness";
import { repositoryOf } from "./tags-for-tests";

/** A team whose guru answers from its releases, while its work goes on elsewhere. */
export function releases() {
  const repository = new TestRepository();
  repository.commit({ "a.txt": "of work", "shared.txt": "the same" });
  repository.git("branch", "release");
  repository.git("checkout", "--quiet", "release");
  repository.commit({ "a.txt": "of the release" });
  repository.git("checkout", "--quiet", "main");
  return repository;
}

export const branchesOf = async (id: string) =>
  (await repositoryOf(id)).branches.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name));

/** @returns a commit of more files than are read */
export function tooMany(repository: TestRepository): string {
  const blob = repository.git("rev-parse", "release:a.txt");
  const entries = Array.from({ length: 50_001 }, (_, n) => `100644 blob ${blob}\tf${n}.txt`);
  return repository.commitTree(repository.tree(entries));
}

/** A host that can be made to answer with a status alone. */
export async function hostThatMayFail(repository: TestRepository) {
  let now: number | null = null;
  const host = await serveGit(repository, (_req, res, pass) => {
    if (now === null) return pass();
    res.writeHead(now).end();
  });
  const answers = {
    with: (status: number | null) => {
      now = status;
    },
  };
  return { host, answers };
}

/** Its index is made once more, of what was read. */
export async function indexedAnew(id: string): Promise<void> {
  await product.admin`update code_repository set basis = '{}' where source_id = ${id}`;
  await indexCode({ dataSourceId: id });
}

export async function sourceNow(id: string) {
  const { dataSource } = schema;
  const [source] = await readDb().select().from(dataSource).where(eq(dataSource.id, id));
  if (!source) throw new Error("no such source");
  return source;
}

/** Looks at the host, and does what that has queued of the index alone. @returns whether it queued it */
export async function lookedAtCode(id: string): Promise<boolean> {
  const jobs = () => product.admin`
    delete from pgboss.job where name = 'index-code' and data->>'dataSourceId' = ${id} and state = 'created' returning id`;
  await jobs();
  const { generation } = await repositoryRow(id);
  const events = (await product.events()).length;
  await rereadRepository({ dataSourceId: id });
  // What answers come from is not read again, and there is nothing to record.
  expect(await sourceRow(id)).toMatchObject({ status: "SUCCESS", index_run: 1 });
  expect((await product.events()).length).toBe(events);
  const queued = (await jobs()).length > 0;
  await indexCode({ dataSourceId: id });
  expect((await repositoryRow(id)).generation).toBe(generation + (queued ? 1 : 0));
  return queued;
}
