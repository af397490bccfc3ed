import { exportFormat } from "@/lib/audit/export/formats/registry";
import { downloadExport, usedUp } from "@/lib/features/audit-log/download-export";
import { exportToDownload } from "@/lib/features/audit-log/export-queries";
import { isPrefetch } from "@/lib/gate/prefetch";
import { plainError, plainFamily, type RouteContext, toRoute } from "@/lib/gate/to-route";
import { attachment, statusOf } from "../answers";
import { callerOf } from "../caller";

type Context = RouteContext<{ id: string }>;

/** A stream that is cut must look cut: no range, no cache, no transformation on the way, no guessing of its type. */
const fixedHeaders = {
  "cache-control": "no-store, no-transform",
  "x-content-type-options": "nosniff",
  "accept-ranges": "none",
};

const signInFirst = () => plainError(401, "unauthenticated", "Please sign in first.");

/** The file of an export: own, and once. What it asks for was recorded when the export was made. */
export const GET = toRoute(plainFamily, async ({ request, params, facts }: Context) => {
  const principal = await callerOf(request);
  if (principal.kind !== "user") return signInFirst();
  // A browser that fetches ahead of a click would use up the one download.
  if (isPrefetch(request.headers))
    return plainError(503, "prefetch", "An export is not fetched ahead of a click.");
  const result = await downloadExport({ id: params.id, principal, request: facts });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  const { body, contentType, fileName } = result.value;
  return new Response(body, {
    headers: { ...fixedHeaders, "content-type": contentType, "content-disposition": attachment(fileName) },
  });
});

/** What GET would answer, without using it up. */
export const HEAD = toRoute(plainFamily, async ({ request, params, facts }: Context) => {
  const principal = await callerOf(request);
  if (principal.kind !== "user") return new Response(null, { status: 401 });
  const result = await exportToDownload.execute({ principal, request: facts, input: { id: params.id } });
  if (!result.ok) return new Response(null, { status: statusOf(result.code) });
  if (usedUp(result.value)) return new Response(null, { status: 410 });
  const { contentType } = exportFormat(result.value.format);
  return new Response(null, {
    headers: {
      ...fixedHeaders,
      "content-type": contentType,
      "content-disposition": attachment(result.value.fileName),
    },
  });
});
