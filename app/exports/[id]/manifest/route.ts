import { manifestToDownload } from "@/lib/features/audit-log/export-queries";
import { plainError, plainFamily, type RouteContext, toRoute } from "@/lib/gate/to-route";
import { attachment, statusOf } from "../../answers";
import { callerOf } from "../../caller";

const absence = {
  "not-yet": () => plainError(409, "conflict", "The manifest is ready when the whole file was downloaded."),
  none: () => plainError(410, "expired", "This export did not come to its end, so it has no manifest."),
  over: () => plainError(410, "expired", "A manifest is kept for a day. Export again."),
};

/** The signed manifest beside the file of an own export; it can be fetched again for a day. */
export const GET = toRoute(plainFamily, async ({ request, params, facts }: RouteContext<{ id: string }>) => {
  const result = await manifestToDownload.execute({
    principal: await callerOf(request),
    request: facts,
    input: { id: params.id },
  });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  if ("missing" in result.value) return absence[result.value.missing]();
  const { fileName, text } = result.value;
  return new Response(text, {
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": attachment(fileName),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
