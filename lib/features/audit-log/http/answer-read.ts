import "server-only";
import {
  type ApiKeyPrincipal,
  principalKey,
  type RequestFacts,
  type UserPrincipal,
} from "@/lib/access/principal";
import { apiPage } from "@/lib/audit/query/api-page";
import { type EventRecordRow, toDefaultRecord, toFullRecord } from "@/lib/audit/query/row";
import { cursorText, sealedPage } from "@/lib/audit/query/sealed-order";
import { type Compiled, compileFilter } from "@/lib/audit/query/where";
import { openWholeLog } from "@/lib/audit/query/whole-log";
import { linkHeader } from "@/lib/gate/link-header";
import { sourcebotError } from "@/lib/gate/to-route";
import { type Failure, Refusal, refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { fetchAuditLog } from "../commands/fetch-audit-log";
import type { LogRead, View } from "./parameters";

const retryAfterS = 5;

interface Reading {
  request: Request;
  facts: RequestFacts;
  principal: UserPrincipal | ApiKeyPrincipal;
  isHead: boolean;
  isLines: boolean;
}

/**
 * Answers a read that was found permitted. In each mode: take the snapshot, record the read, let the first byte go.
 * @throws what the database throws; the route answers 500 then
 */
export async function answerRead(reading: Reading, read: LogRead): Promise<Response> {
  const scope = { orgId: reading.principal.orgId, guruScope: null };
  const where = await compileFilter({ ...scope, filter: read.filter });
  switch (read.mode) {
    case "all":
      return reading.isHead ? answer(reading, "", {}) : answerWhole(reading, read, where);
    case "page":
      return answerPage(reading, read, where);
    case "cursor":
      return answerFromCursor(reading, read, where);
  }
}

/** @throws Refusal when the read cannot be recorded or is no longer allowed: nothing leaves then */
async function record(reading: Reading, read: LogRead): Promise<void> {
  if (reading.isHead) return;
  const { filter, mode, view } = read;
  const result = await fetchAuditLog.execute({
    principal: reading.principal,
    request: reading.facts,
    input: { filter, mode, view },
  });
  if (!result.ok) throw refuse(result.code, result.message);
}

function answer(reading: Reading, body: BodyInit, headers: Record<string, string>): Response {
  const type = reading.isLines ? "application/x-ndjson; charset=utf-8" : "application/json; charset=utf-8";
  return new Response(reading.isHead ? null : body, {
    headers: { "content-type": type, "cache-control": "no-store", ...headers },
  });
}

function refusalAnswer({ code, message }: Pick<Failure, "code" | "message">): Response {
  if (code === "busy") {
    return sourcebotError(429, "TOO_MANY_REQUESTS", message, { "retry-after": String(retryAfterS) });
  }
  if (code === "forbidden") return sourcebotError(403, "INSUFFICIENT_PERMISSIONS", message);
  return sourcebotError(500, "UNEXPECTED_ERROR", message);
}

async function orRefusal(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error);
    throw error;
  }
}

function bodyOf(isLines: boolean, records: object[]): string {
  const texts = records.map((r) => JSON.stringify(r));
  return isLines ? texts.map((t) => `${t}\n`).join("") : `[${texts.join(",\n")}]`;
}

const recordOf = (view: View, row: EventRecordRow, index: bigint | null): object =>
  view === "full" ? toFullRecord(row, index) : toDefaultRecord(row);

function answerPage(reading: Reading, read: LogRead & { mode: "page" }, where: Compiled): Promise<Response> {
  const { page, perPage, view } = read;
  const scope = { orgId: reading.principal.orgId, guruScope: null };
  return orRefusal(async () => {
    const limit = reading.isHead ? 0 : perPage;
    const { rows, total, indexes } = await apiPage({ ...scope, where, offset: (page - 1) * perPage, limit });
    await record(reading, read);
    const url = new URL(reading.request.url);
    const address = `${runtime().baseUrl}${url.pathname.replace(/\/$/, "")}`;
    const link = linkHeader(address, url.searchParams, { page, perPage, total });
    const records = rows.map((row) => recordOf(view, row, indexes.get(row.id) ?? null));
    return answer(reading, bodyOf(reading.isLines, records), {
      "x-total-count": String(total),
      ...(link ? { link } : {}),
    });
  });
}

function answerFromCursor(
  reading: Reading,
  read: LogRead & { mode: "cursor" },
  where: Compiled,
): Promise<Response> {
  const { orgId } = reading.principal;
  return orRefusal(async () => {
    const found = await sealedPage({ orgId, guruScope: null, where, from: read.from, limit: read.perPage });
    if (found.state === "beyond") {
      return sourcebotError(
        400,
        "INVALID_QUERY_PARAMS",
        "after stands beyond the end of this log. Begin anew with an empty one.",
      );
    }
    if (found.state === "expired") {
      const message =
        "after stands before the oldest event that is kept. X-Next-Cursor is the oldest place that can be read.";
      return sourcebotError(410, "CURSOR_EXPIRED", message, {
        "x-next-cursor": cursorText(orgId, found.oldest),
      });
    }
    await record(reading, read);
    const records = found.rows.map(({ row, index }) => recordOf(read.view, row, index));
    return answer(reading, bodyOf(reading.isLines, records), {
      "x-next-cursor": cursorText(orgId, found.next),
    });
  });
}

function answerWhole(reading: Reading, read: LogRead, where: Compiled): Promise<Response> {
  const { principal, isLines, request } = reading;
  return orRefusal(async () => {
    const copy = await openWholeLog({
      orgId: principal.orgId,
      where,
      view: read.view,
      isLines,
      reader: principalKey(principal),
      afterSnapshot: () => record(reading, read),
    });
    if (!copy) {
      throw refuse(
        "busy",
        "This key is reading the whole log already. Wait for that to end, or read by page or cursor.",
      );
    }
    if (request.signal.aborted) copy.abort();
    request.signal.addEventListener("abort", copy.abort, { once: true });
    return answer(reading, copy.stream, {});
  });
}
