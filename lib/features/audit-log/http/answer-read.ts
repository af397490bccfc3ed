import "server-only";
import {
  type ApiKeyPrincipal,
  principalKey,
  type RequestFacts,
  type UserPrincipal,
} from "@/lib/access/principal";
import { type CopyTransform, copyRows, openCopy } from "@/lib/audit/query/copy-stream";
import { exactCount } from "@/lib/audit/query/counts";
import { eventsAt, sequencesOf } from "@/lib/audit/query/pages";
import { type EventRecordRow, toDefaultRecord, toFullRecord } from "@/lib/audit/query/row";
import { cursorText, sealedPage } from "@/lib/audit/query/sealed-order";
import { type Compiled, compileFilter, literalSql } from "@/lib/audit/query/where";
import { defaultRecordsSelect, fullRecordsSelect, planForFullRecords } from "@/lib/audit/query/whole-log";
import { sql } from "@/lib/db/client";
import { sourcebotError } from "@/lib/gate/to-route";
import { type Failure, Refusal, refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { fetchAuditLog } from "../commands/fetch-audit-log";
import { linkHeader } from "./link-header";
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
    const { rows, total, indexes } = await sql().begin(
      "isolation level repeatable read read only",
      async (tx) => {
        const found = reading.isHead ? [] : await eventsAt(tx, where, (page - 1) * perPage, perPage);
        return {
          rows: found,
          total: await exactCount(tx, scope, where),
          indexes: view === "full" ? await sequencesOf(tx, scope, found) : new Map<string, bigint>(),
        };
      },
    );
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

/** Rows begin with a comma; the first one's becomes the bracket. A cut answer has no closing bracket. */
function asArray(): CopyTransform {
  let isFirst = true;
  return {
    chunk(bytes) {
      if (!isFirst || bytes.length === 0) return bytes;
      isFirst = false;
      return Buffer.concat([Buffer.from("["), bytes.subarray(1)]);
    },
    end: () => Buffer.from(isFirst ? "[]" : "]"),
  };
}

function answerWhole(reading: Reading, read: LogRead, where: Compiled): Promise<Response> {
  const { principal, isLines, request } = reading;
  return orRefusal(async () => {
    const literal = await literalSql(sql(), where);
    const select =
      read.view === "full" ? fullRecordsSelect(literal, principal.orgId) : defaultRecordsSelect(literal);
    const copy = await openCopy({
      copySql: copyRows(isLines ? select : `select ',' || t.r from (${select}) t (r)`),
      ...(isLines ? {} : { transform: asArray() }),
      async snapshotWork(tx) {
        const [lock] = await tx<{ held: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended(${`gurulog.whole-log ${principalKey(principal)}`}, 0)) as held`;
        if (!lock?.held)
          throw refuse(
            "busy",
            "This key is reading the whole log already. Wait for that to end, or read by page or cursor.",
          );
        if (read.view === "full") await planForFullRecords(tx);
        await record(reading, read);
      },
    });
    if (request.signal.aborted) copy.abort();
    request.signal.addEventListener("abort", copy.abort, { once: true });
    return answer(reading, copy.stream, {});
  });
}
