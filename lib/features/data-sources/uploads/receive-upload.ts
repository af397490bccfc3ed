import "server-only";
import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { accountOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import { maxWorkbookBytes } from "@/lib/access/workbook-size";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { fieldErrorsOf } from "@/lib/gate/field-errors";
import { query } from "@/lib/gate/query";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import { Refusal, type Result, refuse } from "@/lib/platform/errors";
import { maxFileBytes, type UploadUse, uploadFacts, workbookFacts } from "../schemas";
import { ContentCheck } from "./content-check";
import { kindOfFile } from "./file-kinds";

const chunkBytes = 1024 * 1024;
/** Files a person may have sent without making anything of them; the leftovers go after a day. */
const maxUnused = 50;

interface IncomingFile {
  principal: Principal;
  request: RequestFacts;
  guru: string;
  fileName: string;
  /** What the file is for; by default a data source. */
  use?: UploadUse;
  /** Content-Length, in bytes. */
  declaredBytes: number;
  body: ReadableStream<Uint8Array>;
}

interface ReceivedFile {
  id: string;
  fileName: string;
  sizeBytes: number;
}

/** Who may send files for a guru: whoever may make of them what they are for. A denial is recorded. */
const uploadTargets = {
  source: query({
    allow: onGuru<string>("datasource:change", (ref) => ref),
    run: async ({ scope }) => scope.guru,
  }),
  "excel-job": query({
    allow: onGuru<string>("excel-job:manage", (ref) => ref),
    run: async ({ scope }) => scope.guru,
  }),
};

/**
 * Takes a file in, a mebibyte at a time: never more than that is in memory. What arrives is kept only when it is what its
 * name says and exactly as long as was said; a crash midway leaves an upload without an end, which is cleaned up. Whoever
 * is erased meanwhile leaves nothing, neither of an upload under way nor of one that was about to begin.
 */
export async function receiveUpload(file: IncomingFile): Promise<Result<ReceivedFile>> {
  const { principal, request, declaredBytes } = file;
  const { use = "source" } = file;
  const known = { source: uploadFacts, "excel-job": workbookFacts }[use];
  const facts = known.safeParse({ guru: file.guru, fileName: file.fileName });
  if (!facts.success) {
    const fieldErrors = fieldErrorsOf(facts.error);
    return {
      ok: false,
      code: "invalid",
      message: Object.values(fieldErrors)[0]?.[0] ?? "Check the file.",
      fieldErrors,
    };
  }
  const target = await uploadTargets[use].execute({ principal, request, input: facts.data.guru });
  if (!target.ok) return target;
  try {
    if (declaredBytes === 0) throw refuse("invalid", "This file is empty. Choose one with some text in it.");
    if (declaredBytes > maxFileBytes) throw tooLarge();
    if (use === "excel-job" && declaredBytes > maxWorkbookBytes)
      throw refuse(
        "too_large",
        "A workbook of an Excel job has at most 20 MB. Split it, or leave out pictures.",
      );
    const fileName = cleanText(facts.data.fileName);
    const id = await beginUpload(target.value.id, accountOf(principal), fileName);
    return { ok: true, value: { id, fileName, sizeBytes: await storeOrForget(id, file) } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

const tooLarge = () =>
  refuse("too_large", "A file has at most 100 MB. Split it, or leave out what is not text.");

async function beginUpload(guruId: string, accountId: string | null, fileName: string): Promise<string> {
  return inTransaction(async (tx) => {
    // Held until the upload is there: an erasure comes before it and leaves no account, or after it and sees the upload.
    const { account } = schema;
    const [person] = accountId
      ? await tx.select({ id: account.id }).from(account).where(eq(account.id, accountId)).for("key share")
      : [];
    if (!accountId || !person) throw refuse("unauthenticated", "Please sign in first.");
    const [unused] = await tx.execute<{ n: number }>(sql`
      select count(*)::int as n from upload u where account_id = ${accountId}
        and not exists (select from data_source s where s.upload_id = u.id)
        and not exists (select from excel_job j where j.upload_id = u.id)`);
    if ((unused?.n ?? 0) >= maxUnused) {
      throw refuse(
        "throttled",
        `You have sent ${maxUnused} files that nothing uses. They go after a day; try again then.`,
      );
    }
    const [made] = await tx
      .insert(schema.upload)
      .values({ guruId, accountId, fileName })
      .returning({ id: schema.upload.id });
    if (!made) throw new Error("no upload made");
    return made.id;
  });
}

async function storeOrForget(id: string, file: IncomingFile): Promise<number> {
  let whole = false;
  try {
    const size = await store(id, file);
    whole = true;
    return size;
  } finally {
    if (!whole) await inTransaction((tx) => tx.delete(schema.upload).where(eq(schema.upload.id, id)));
  }
}

/** A refused body is still read to its end: browsers show an answer only to a request they could send whole. */
async function store(id: string, { body, declaredBytes, fileName }: IncomingFile): Promise<number> {
  const check = new ContentCheck();
  const digest = createHash("sha256");
  let problem: string | null = null;
  let received = 0;
  let ordinal = 0;
  for await (const chunk of chunksOf(body)) {
    received += chunk.length;
    if (received > maxFileBytes) throw tooLarge();
    problem ??= check.push(chunk);
    if (problem !== null) continue;
    digest.update(chunk);
    const at = ordinal++;
    const isKept = await inTransaction(async (tx) => {
      if (!(await holdUpload(tx, id))) return false;
      await tx.insert(schema.uploadChunk).values({ uploadId: id, ordinal: at, data: chunk });
      return true;
    });
    if (!isKept) problem = removed;
  }
  if (received !== declaredBytes) {
    throw refuse(
      "invalid",
      `The upload ended after ${received} of ${declaredBytes} bytes. Please upload the file again.`,
    );
  }
  if (problem !== null) throw refuse("invalid", problem);
  const kind = kindOrThrow(check, fileName);
  const whole = { kind, sizeBytes: received, sha256: digest.digest(), completedAt: sql`gurulog_now()` };
  const kept = await inTransaction((tx) =>
    tx.update(schema.upload).set(whole).where(eq(schema.upload.id, id)).returning({ id: schema.upload.id }),
  );
  if (kept.length === 0) throw refuse("invalid", removed);
  return received;
}

const removed =
  "The file was removed while it arrived, as the guru or the account that it was for is gone. Reload the page.";

/** Whether an upload is still there; it stays until the end of the transaction then. */
async function holdUpload(tx: Tx, id: string): Promise<boolean> {
  const { upload } = schema;
  const found = await tx.select({ id: upload.id }).from(upload).where(eq(upload.id, id)).for("key share");
  return found.length > 0;
}

function kindOrThrow(check: ContentCheck, fileName: string) {
  const found = check.end();
  const kind = "problem" in found ? found : kindOfFile(fileName, found.content);
  if ("problem" in kind) throw refuse("invalid", kind.problem);
  return kind.kind;
}

/** The body in pieces of one size, however the network cut it. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of arriving(body)) {
    let rest = part;
    while (length + rest.length >= chunkBytes) {
      const take = chunkBytes - length;
      yield Buffer.concat([...parts, rest.subarray(0, take)]);
      rest = rest.subarray(take);
      parts = [];
      length = 0;
    }
    if (rest.length > 0) parts.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** A sender who goes away midway is no fault of ours: an answer that nobody reads, and nothing in the server's log. */
async function* arriving(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw refuse("invalid", "The connection broke before the file was there. Please upload the file again.");
  }
}
