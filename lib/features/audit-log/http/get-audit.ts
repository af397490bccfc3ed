import "server-only";
import type { RequestFacts } from "@/lib/access/principal";
import { answerAhead } from "@/lib/gate/prefetch";
import { callerOf } from "@/lib/gate/sourcebot-caller";
import { sourcebotError } from "@/lib/gate/to-route";
import { runtime } from "@/lib/platform/runtime";
import { answerRead } from "./answer-read";
import { parseRead } from "./parameters";

/**
 * `GET` and `HEAD /api/ee/audit`: the checks in the order of the API's contract, then the log.
 * @throws when the log cannot be read; the route answers 500 then, never an empty 200
 */
export async function getAudit({
  request,
  facts,
}: {
  request: Request;
  facts: RequestFacts;
}): Promise<Response> {
  const isHead = request.method === "HEAD";
  const domain = request.headers.get("x-org-domain");
  if (!domain) {
    return sourcebotError(
      400,
      "MISSING_ORG_DOMAIN_HEADER",
      "Send the header X-Org-Domain. Its value for this instance is ~.",
    );
  }
  if (!runtime().env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) {
    return sourcebotError(
      404,
      "NOT_FOUND",
      "Audit logging is not enabled on this instance (SOURCEBOT_EE_AUDIT_LOGGING_ENABLED).",
    );
  }
  const ahead = answerAhead(request);
  if (ahead) return ahead;
  const caller = await callerOf(request, facts, domain, !isHead);
  if (!caller.ok) return caller.answer;
  const parsed = parseRead(new URL(request.url).searchParams);
  if (!parsed.ok) return sourcebotError(400, "INVALID_QUERY_PARAMS", parsed.message);
  const isLines = /application\/x-ndjson/i.test(request.headers.get("accept") ?? "");
  return answerRead({ request, facts, principal: caller.principal, isHead, isLines }, parsed.read);
}
