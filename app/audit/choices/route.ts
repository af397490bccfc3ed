import { auditChoices } from "@/lib/features/audit-log/live-queries";
import { choicesQuestion } from "@/lib/features/audit-log/schemas";
import { json, plainError, plainFamily, toRoute } from "@/lib/gate/to-route";
import { callerOf } from "../../exports/caller";
import { logOf, refusalOf } from "../log-of";

/**
 * `?scope=&dimension=guru|model|actor|operation&q=`: `{choices: [{value, label, count, actorType?}], more}`, the most
 * frequent values of the log whose label holds the text, at most 50.
 */
export const GET = toRoute(plainFamily, async ({ request, facts }) => {
  const params = new URL(request.url).searchParams;
  const asked = choicesQuestion.safeParse({ dimension: params.get("dimension"), q: params.get("q") ?? "" });
  if (!asked.success)
    return plainError(400, "invalid", asked.error.issues[0]?.message ?? "This cannot be searched.");
  const scope = logOf(params);
  const result = await auditChoices.execute({
    principal: await callerOf(request),
    request: facts,
    input: { scope, ...asked.data },
  });
  return result.ok ? json(200, result.value) : refusalOf(scope, result);
});
