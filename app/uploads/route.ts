import { callerOf } from "@/app/exports/caller";
import { uploadUses } from "@/lib/features/data-sources/schemas";
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
 * Takes a file in: the body is the file, the address names the guru, the file and what it is for. Outside the middleware, which would cut
 * the body without a word. What it is for is made of it by an action of its own.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const length = request.headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) {
    return plainError(411, "invalid", "Say how long the file is in the header Content-Length.");
  }
  const asked = new URL(request.url).searchParams;
  const use = uploadUses.find((known) => known === (asked.get("for") ?? "source"));
  if (!use) return plainError(400, "invalid", "Say what the file is for: source or excel-job.");
  const result = await receiveUpload({
    principal: await callerOf(request),
    request: facts,
    guru: asked.get("guru") ?? "",
    fileName: asked.get("name") ?? "",
    use,
    declaredBytes: Number(length),
    body: request.body ?? new Blob([]).stream(),
  });
  if (result.ok) return json(201, result.value);
  return plainError(statuses[result.code] ?? 400, result.code, result.message);
});
