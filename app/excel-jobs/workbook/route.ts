import { statusOf } from "@/app/exports/answers";
import { callerOf } from "@/app/exports/caller";
import { lookIntoWorkbook } from "@/lib/features/excel-jobs/look-into-workbook";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";

/**
 * Looks into a workbook that was uploaded for an Excel job: JSON `{guru, uploadId, choices?}`. Without choices the answer
 * has its sheets, with them the number of questions and answers. By POST, as it costs more than a read should.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const input: unknown = await request.json().catch(() => null);
  const principal = await callerOf(request);
  const looked = await lookIntoWorkbook({ principal, request: facts, input, signal: request.signal });
  if (looked.ok) return json(200, looked.value);
  return plainError(statusOf(looked.code), looked.code, looked.message);
});
