import { attachment, statusOf } from "@/app/exports/answers";
import { callerOf } from "@/app/exports/caller";
import { downloadOutput } from "@/lib/features/excel-jobs/download-output";
import { plainError, plainFamily, type RouteContext, toRoute } from "@/lib/gate/to-route";

const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/**
 * The filled workbook of an Excel job: JSON `{guru}`, `Idempotency-Key` optional. By POST, as each download is an event,
 * recorded before the file leaves.
 */
export const POST = toRoute(
  plainFamily,
  async ({ request, params, facts }: RouteContext<{ excelJob: string }>) => {
    const sent: unknown = await request.json().catch(() => null);
    const guru = typeof sent === "object" && sent !== null && "guru" in sent ? sent.guru : "";
    const attemptId = request.headers.get("idempotency-key");
    const made = await downloadOutput({
      ...{ guru: typeof guru === "string" ? guru : "", id: params.excelJob },
      ...{ principal: await callerOf(request), request: facts, signal: request.signal },
      ...(attemptId ? { attemptId } : {}),
    });
    if (!made.ok) return plainError(statusOf(made.code), made.code, made.message);
    const { fileName, bytes } = made.value;
    return new Response(new Uint8Array(bytes), {
      headers: {
        "content-type": contentType,
        "content-disposition": attachment(fileName),
        "cache-control": "no-store, no-transform",
        "x-content-type-options": "nosniff",
      },
    });
  },
);
