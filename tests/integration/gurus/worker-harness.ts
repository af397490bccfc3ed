import { afterAll, afterEach, beforeAll } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { startWorker, type Worker } from "@/lib/jobs/worker";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, guruOf } from "./guru-for-tests";

export let product: TestProduct;
export let member: UserPrincipal;
export let guru: { id: string; slug: string };
let worker: Worker | undefined;

/** To be called at the top of a file: a product, a member with a guru, and no worker left running. */
export function withWorkerProduct(): void {
  beforeAll(async () => {
    product = await createTestProduct();
    member = await product.person("m.solberg@halden.example");
    guru = await guruOf(member);
  });
  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
  });
  afterAll(() => product.close());
}

export async function sourceRow(id: string) {
  const [row] = await product.admin`select * from data_source where id = ${id}`;
  return row;
}

export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const statusIs = (id: string, status: string) =>
  until(`${status} of ${id}`, async () => (await sourceRow(id))?.status === status);
export const passagesOf = (id: string) =>
  product.admin`select run, ordinal, heading, content from passage where data_source_id = ${id} order by run, ordinal`;
export const eventsOf = async (id: string) => (await product.events()).filter((e) => e.target_id === id);
export const start = async () => {
  worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
  return worker;
};
export const longText = (words: number, name: string) =>
  Array.from({ length: words }, (_, n) => `# Part ${n}\n${name} ${n} tells of the gateway.\n`).join("\n");

export async function fileIn(fileName: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const body = new Blob([bytes]).stream();
  const uploadId = done(
    await receiveUpload({
      principal: member,
      request,
      guru: guru.slug,
      fileName,
      declaredBytes: bytes.length,
      body,
    }),
  ).id;
  return done(
    await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }),
  ).id;
}
