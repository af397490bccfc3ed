import { exportStatus } from "@/lib/features/audit-log/export-queries";
import { json, plainError, plainFamily, type RouteContext, toRoute } from "@/lib/gate/to-route";
import { statusOf } from "../../answers";
import { callerOf } from "../../caller";

/**
 * How far an export of the caller's is: `{id, fileName, format, state, rowsSent, rowsExpected, bytes, manifest,
 * notYetSealed}`.
 */
export const GET = toRoute(plainFamily, async ({ request, params, facts }: RouteContext<{ id: string }>) => {
  const result = await exportStatus.execute({
    principal: await callerOf(request),
    request: facts,
    input: { id: params.id },
  });
  return result.ok ? json(200, result.value) : plainError(statusOf(result.code), result.code, result.message);
});
