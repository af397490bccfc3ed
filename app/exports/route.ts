import { startExport } from "@/lib/features/audit-log/commands/start-export";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { statusOf } from "./answers";
import { callerOf } from "./caller";

/**
 * Asks for an export: JSON `{scope, format, filter}`, `Idempotency-Key` optional. The page does the same by its action.
 * 201 with the address of the download; 409 while another export of the person is under way.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const input: unknown = await request.json().catch(() => null);
  const attemptId = request.headers.get("idempotency-key");
  const result = await startExport.execute({
    principal: await callerOf(request),
    request: facts,
    input,
    ...(attemptId ? { attemptId } : {}),
  });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  const id = "repeated" in result ? result.targetId : result.value.id;
  return json(
    "repeated" in result ? 200 : 201,
    "repeated" in result ? { id, repeated: true } : result.value,
    { location: `/exports/${id}` },
  );
});
