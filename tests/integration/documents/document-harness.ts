import { afterAll, beforeAll } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { addFileSource } from "@/lib/features/data-sources/commands/add-file-source";
import { extractApart } from "@/lib/features/data-sources/extraction/extract-apart";
import type { DocumentKind, Extracted } from "@/lib/features/data-sources/extraction/extracted";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import type { ReadingLimits } from "@/lib/platform/reading-apart/limits";
import { done, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";

export let product: TestProduct;
export let member: UserPrincipal;
export let guru: { id: string; slug: string };

/** To be called at the top of a file: a product, and a member with a guru. */
export function withDocumentProduct(): void {
  beforeAll(async () => {
    product = await createTestProduct();
    member = await product.person("m.solberg@halden.example");
    guru = await guruOf(member);
  });
  afterAll(() => product.close());
}

/** Sends a file, without making a source of it. */
export function send(fileName: string, bytes: Buffer) {
  const body = new Blob([new Uint8Array(bytes)]).stream();
  return receiveUpload({
    principal: member,
    request,
    guru: guru.slug,
    fileName,
    declaredBytes: bytes.length,
    body,
  });
}

/** Sends a file and makes a source of it. */
export async function sourceOf(fileName: string, bytes: Buffer): Promise<string> {
  const { id: uploadId } = done(await send(fileName, bytes));
  const input = { guru: guru.slug, uploadId };
  return done(await addFileSource.execute({ principal: member, request, input })).id;
}

/** Sends a file, makes a source of it and indexes it; how it ended. */
export async function indexed(fileName: string, bytes: Buffer) {
  const id = await sourceOf(fileName, bytes);
  await indexDataSource({ dataSourceId: id });
  const [row] = await product.admin`select status, error, kind, passages from data_source where id = ${id}`;
  return { id, ...row } as {
    id: string;
    status: string;
    error: string | null;
    kind: string;
    passages: number;
  };
}

export const passagesOf = (id: string) =>
  product.admin<
    { ordinal: number; heading: string; locator: string | null; content: string; xmin: string }[]
  >`
    select ordinal, heading, locator, content, xmin::text from passage where data_source_id = ${id} order by ordinal`;

async function* bytesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** All pieces of a document, extracted as the product does it, within these limits. */
export async function extract(
  kind: DocumentKind,
  bytes: Buffer,
  limits?: ReadingLimits,
): Promise<Extracted[]> {
  const task = { kind, sizeBytes: bytes.length, resumeAt: null };
  const pieces: Extracted[] = [];
  const signal = new AbortController().signal;
  for await (const piece of extractApart(task, bytesOf(bytes), signal, limits)) pieces.push(piece);
  return pieces;
}
