import { afterAll, beforeAll } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { addRepositorySource } from "@/lib/features/data-sources/commands/add-repository-source";
import { addWebsiteSources } from "@/lib/features/data-sources/commands/add-website-sources";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { loopback } from "../fetching/servers";
import { done, guruOf } from "../gurus/guru-for-tests";

export let product: TestProduct;
export let member: UserPrincipal;
export let guru: { id: string; slug: string; name: string };

/** To be called at the top of a file: a product that may fetch from this machine, and a member with a guru. */
export function withFetchingProduct(): void {
  beforeAll(async () => {
    product = await createTestProduct({ GURULOG_ALLOW_PRIVATE_CIDRS: loopback });
    member = await product.person("m.solberg@halden.example");
    guru = await guruOf(member);
  });
  afterAll(() => product.close());
}

/** The source of one page. */
export async function pageSource(url: string): Promise<string> {
  const input = { guru: guru.slug, urls: url };
  const { results } = done(await addWebsiteSources.execute({ principal: member, request, input }));
  const [first] = results;
  if (!first?.id) throw new Error(first?.message);
  return first.id;
}

export async function repositorySource(url: string, more: Record<string, string> = {}): Promise<string> {
  const input = { guru: guru.slug, url, ...more };
  return done(await addRepositorySource.execute({ principal: member, request, input })).id;
}

export async function sourceRow(id: string) {
  const [row] = await product.admin`select * from data_source where id = ${id}`;
  if (!row) throw new Error("no such source");
  return row;
}

/** Runs the job until it has ended for good, as the queue would deliver it again. */
export async function indexed(id: string) {
  for (let tries = 0; tries < 4; tries++) {
    await indexDataSource({ dataSourceId: id }).catch(() => undefined);
    const row = await sourceRow(id);
    if (row.status === "SUCCESS" || row.status === "FAIL") return row;
  }
  throw new Error("it did not end");
}

export const passagesOf = (id: string) =>
  product.admin`select heading, content, url, locator from passage where data_source_id = ${id} order by run, ordinal`;
export const eventsOf = async (id: string) => (await product.events()).filter((e) => e.target_id === id);
