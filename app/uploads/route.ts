import { callerOf } from "@/app/exports/caller";
import { receiveUpload } from "@/lib/features/data-sources/uploads/receive-upload";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import type { RefusalCode } from "@/lib/platform/errors";

const statuses: Partial<Record<RefusalCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  too_large: 413,
  throttled: 429,
};

/**
 * Takes a file in: the body is the file, the address names the guru and the file. Outside the middleware, which would cut
 * the body without a word. Of the file a source is made by an action of its own.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) {
    return plainError(411, "invalid", "Say how long the file is in the header Content-Length.");
  }
  const asked = new URL(request.url).searchParams;
  const result = await receiveUpload({
    principal: await callerOf(request),
    request: facts,
    guru: asked.get("guru") ?? "",
    fileName: asked.get("name") ?? "",
    declaredBytes: Number(length),
    body: request.body ?? new Blob([]).stream(),
  });
  if (result.ok) return json(201, result.value);
  return plainError(statuses[result.code] ?? 400, result.code, result.message);
});
