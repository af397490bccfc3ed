import { downloadEventProof } from "@/lib/features/audit-log/commands/download-event-proof";
import { plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { attachment, statusOf } from "../exports/answers";
import { callerOf } from "../exports/caller";

/**
 * The proof file of one event, as a download. A plain form: `event`, and `guru` when it is looked at in a guru's log.
 * A POST, as it is recorded; the front lets no other site's form through.
 */
export const POST = toRoute(plainFamily, async ({ request, facts }) => {
  const form = await request.formData().catch(() => null);
  if (!form) return plainError(400, "invalid", "Send a form with the event's id.");
  const input = Object.fromEntries(form);
  const result = await downloadEventProof({ principal: await callerOf(request), request: facts, input });
  if (!result.ok) return plainError(statusOf(result.code), result.code, result.message);
  const { fileName, text } = result.value;
  return new Response(text, {
    headers: {
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
      "content-disposition": attachment(fileName),
      "x-content-type-options": "nosniff",
    },
  });
});
