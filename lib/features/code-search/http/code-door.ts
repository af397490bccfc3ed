import "server-only";
import type { z } from "zod";
import type { ApiKeyPrincipal, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { answerAhead } from "@/lib/gate/prefetch";
import { callerOf } from "@/lib/gate/sourcebot-caller";
import { bodyOf, sourcebotOnly } from "@/lib/gate/sourcebot-post";
import { sourcebotError, sourcebotFamily, toRoute } from "@/lib/gate/to-route";
import type { Failure } from "@/lib/platform/errors";

interface Asked {
  request: Request;
  /** Who asks, as commands take it, and whether they still wait. */
  by: { principal: UserPrincipal | ApiKeyPrincipal; request: RequestFacts; signal: AbortSignal };
}

/**
 * A route of the code search: organization's header, caller and permission, in the order of the API's contract. A GET that
 * is sent ahead of need is no read: it gets nothing, and records nothing.
 * @param domain whether the header X-Org-Domain must be there; where it need not, one that is there counts all the same
 */
export function codeRoute(domain: "required" | "optional", handle: (asked: Asked) => Promise<Response>) {
  return toRoute(sourcebotFamily, async ({ request, facts }) => {
    const named = request.headers.get("x-org-domain") || null;
    if (named === null && domain === "required") {
      const message = "Send the header X-Org-Domain. Its value for this instance is ~.";
      return sourcebotError(400, "MISSING_ORG_DOMAIN_HEADER", message);
    }
    const ahead = answerAhead(request);
    if (ahead) return ahead;
    const isRecorded = request.method !== "HEAD";
    const caller = await callerOf(request, facts, named, isRecorded, "code:search");
    if (!caller.ok) return caller.answer;
    return handle({ request, by: { principal: caller.principal, request: facts, signal: request.signal } });
  });
}

/** One that takes a JSON object. */
export function codePost<S extends z.ZodType>(
  shape: S,
  handle: (asked: Asked & { body: z.output<S> }) => Promise<Response>,
) {
  return codeRoute("required", async (asked) => {
    const sent = await bodyOf(asked.request, shape);
    return sent.ok ? handle({ ...asked, body: sent.body }) : sent.answer;
  });
}

/** The answer to other methods. */
export const codeOnly = (allow: string) => toRoute(sourcebotFamily, async () => sourcebotOnly(allow));

/** A refusal of a command in the family's words. */
export function codeFailure({ code, message, fieldErrors = {}, retryAfterS }: Failure): Response {
  switch (code) {
    case "invalid":
      return sourcebotError(400, "INVALID_REQUEST_BODY", message);
    case "not_found":
      if (fieldErrors.revision) return sourcebotError(400, "INVALID_GIT_REF", message);
      if (fieldErrors.path) return sourcebotError(404, "FILE_NOT_FOUND", message);
      return sourcebotError(404, "NOT_FOUND", message);
    case "unauthenticated":
      return sourcebotError(401, "NOT_AUTHENTICATED", message);
    case "forbidden":
      return sourcebotError(403, "INSUFFICIENT_PERMISSIONS", message);
    case "throttled":
    case "busy":
      return sourcebotError(429, "TOO_MANY_REQUESTS", message, { "retry-after": String(retryAfterS ?? 5) });
    default:
      return sourcebotError(500, "UNEXPECTED_ERROR", message);
  }
}
