import "server-only";
import { sql } from "drizzle-orm";
import { accountOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import { analyticsExported } from "@/lib/audit/catalogue/analytics";
import type { RowMeter, TablesFormat } from "@/lib/audit/export/tables/content";
import { tablesAsCsv } from "@/lib/audit/export/tables/csv";
import { tablesAsJson } from "@/lib/audit/export/tables/json";
import { tablesAsWorkbook } from "@/lib/audit/export/tables/workbook";
import type { Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { invalid } from "@/lib/gate/around";
import type { Call } from "@/lib/gate/command";
import { fieldErrorsOf } from "@/lib/gate/field-errors";
import { recordEarlyEnd } from "@/lib/gate/follow-up";
import { query } from "@/lib/gate/query";
import { inTransaction } from "@/lib/gate/transaction";
import type { AttemptResult, Failure } from "@/lib/platform/errors";
import { logError } from "@/lib/platform/log";
import { exportAnalytics } from "../commands/export-analytics";
import { type AnalyticsFormat, exportAnalyticsInput } from "../schemas";
import { type AskedExport, exportFact } from "./asked-export";
import { exportContent } from "./export-content";
import { type ExportPlace, takePlace } from "./one-export";

const formats: Record<AnalyticsFormat, TablesFormat> = {
  xlsx: tablesAsWorkbook,
  csv: tablesAsCsv,
  json: tablesAsJson,
};

export interface AnalyticsFile {
  fileName: string;
  contentType: string;
  body: ReadableStream<Uint8Array>;
}

const busy: Failure = {
  ok: false,
  code: "busy",
  message: "An export of yours is being sent. Wait for it, then export again.",
};

const permitted = query({
  allow: onGuru<string>("analytics:read", (guru) => guru),
  run: async () => null,
});

/**
 * A guru's analytics as a file: recorded first (`exportAnalytics`), then sent in constant memory. One at a time a person, over
 * all instances. If it ends early, a second event says so.
 * @param idleMs a reader that takes nothing for so long counts as gone
 */
export async function sendAnalytics(call: Call, idleMs = 60_000): Promise<AttemptResult<AnalyticsFile>> {
  const accountId = accountOf(call.principal);
  // Nobody gets a file, and the gate says it in its words.
  if (accountId === null) return refusedOf(await exportAnalytics.execute(call));
  const refusal = await refusalOf(call);
  if (refusal) return refusal;
  const place = await takePlace(accountId);
  if (!place) return busy;
  let sending = false;
  try {
    const asked = await exportAnalytics.execute(call);
    if (!asked.ok || "repeated" in asked) return asked;
    const value = await fileOf(asked.value, call, { place, idleMs });
    sending = true;
    return { ok: true, value };
  } finally {
    if (!sending) await place.free();
  }
}

/**
 * Why there is no file, whether or not one is being sent: whoever would get none is not told to wait for another. The act
 * looks again, as much may change until then.
 */
async function refusalOf({ principal, request, input }: Call): Promise<Failure | null> {
  const parsed = await exportAnalyticsInput.safeParseAsync(input);
  if (!parsed.success) return invalid(fieldErrorsOf(parsed.error));
  const allowed = await permitted.execute({ principal, request, input: parsed.data.guru });
  return allowed.ok ? null : allowed;
}

function refusedOf(asked: AttemptResult<AskedExport>): Failure {
  if (asked.ok) throw new Error("an export without an account was let through");
  return asked;
}

type By = { principal: Principal; request: RequestFacts };

async function fileOf(
  asked: AskedExport,
  by: By,
  { place, idleMs }: { place: ExportPlace; idleMs: number },
): Promise<AnalyticsFile> {
  const format = formats[asked.format];
  const meter: RowMeter = { rows: 0 };
  const endedEarly = (message: string) => recordEnd(asked, by, { rows: meter.rows, message });
  try {
    const content = await exportContent(asked, await place.snapshot());
    const bytes = format.encode(content, meter)[Symbol.asyncIterator]();
    const body = bodyOf(bytes, place.free, endedEarly, idleMs);
    return { fileName: asked.fileName, contentType: format.contentType, body };
  } catch (error) {
    await endedEarly("the file could not be begun");
    throw error;
  }
}

/**
 * @param over frees what the file holds; called once, whatever its end
 * @param endedEarly records that it did not come to its end
 * @param idleMs a reader that takes nothing for so long is gone
 */
function bodyOf(
  bytes: AsyncIterator<Uint8Array>,
  over: () => Promise<void>,
  endedEarly: (why: string) => Promise<void>,
  idleMs: number,
): ReadableStream<Uint8Array> {
  let idle: NodeJS.Timeout | undefined;
  let ending: Promise<void> | null = null;
  let hasLeft = false;
  // Of several ends the first counts, and whoever comes later waits for it.
  const end = (why: string | null): Promise<void> => {
    clearTimeout(idle);
    ending ??= over().then(() => (why === null ? undefined : endedEarly(why)));
    return ending;
  };
  const leave = async (why: string): Promise<void> => {
    // What is being made for them has nowhere to go any more.
    hasLeft = true;
    await bytes.return?.().catch((error: unknown) => logError("ending an export of analytics", error));
    await end(why);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(idle);
        try {
          const { value, done } = await bytes.next();
          if (hasLeft) return;
          if (done) {
            await end(null);
            return controller.close();
          }
          controller.enqueue(value);
          idle = setTimeout(() => {
            controller.error(new Error("nobody read the export"));
            leave("nobody read it").catch((error: unknown) =>
              logError("ending an export of analytics", error),
            );
          }, idleMs);
        } catch (error) {
          if (hasLeft || ending) return;
          logError("sending an export of analytics", error);
          await end("the file could not be made");
          // Cut, so that it never looks whole.
          controller.error(error);
        }
      },
      cancel: () => leave("the reader left"),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 262_144 }),
  );
}

async function recordEnd(asked: AskedExport, by: By, end: { rows: number; message: string }): Promise<void> {
  const fact = exportFact(asked, { success: false, rowsSent: end.rows, message: end.message });
  await inTransaction(async (tx) =>
    recordEarlyEnd(tx, analyticsExported, fact, { ...by, cause: await startOf(tx, asked, by) }),
  );
}

/** The event that recorded the start; null when logging was off then. */
async function startOf(tx: Tx, { id, atMs }: AskedExport, { principal }: By): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    select id from audit_event
    where org_id = ${principal.orgId} and account_id = ${accountOf(principal)}
      and occurred_at >= ${new Date(atMs).toISOString()}::timestamptz - interval '1 minute'
      and action = ${analyticsExported.action} and outcome = 'success' and details ->> 'exportId' = ${id}`);
  return row?.id ?? null;
}
