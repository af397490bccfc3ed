import "server-only";
import { principalOfApiKey } from "@/lib/access/api-keys";
import type { ApiKeyPrincipal, RequestFacts } from "@/lib/access/principal";
import type { Failure, RefusalCode } from "@/lib/platform/errors";
import { recordRejectedKey } from "./rejected-key";
import { json, type RouteContext, type RouteFamily, toRoute } from "./to-route";

/** `/api/v1/{guru}/…`: `{msg}`. */
export function v1Error(status: number, msg: string, headers?: Record<string, string>): Response {
  return json(status, { msg }, headers);
}

const v1Family: RouteFamily = {
  unexpected: (id) => v1Error(500, `Something went wrong on our side. Number: ${id}`),
};

const statuses: Record<RefusalCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  exists: 409,
  conflict: 409,
  busy: 409,
  closed: 409,
  expired: 410,
  too_large: 413,
  throttled: 429,
  internal: 500,
};

/** A refusal of the gate in the family's words; 429 with `Retry-After`. */
export function v1Failure({ code, message, retryAfterS }: Failure): Response {
  const wait = code === "throttled" ? { "retry-after": String(retryAfterS ?? 10) } : undefined;
  return v1Error(statuses[code], message, wait);
}

export interface V1Call<P> extends RouteContext<P> {
  principal: ApiKeyPrincipal;
}

const noKey =
  "Send a valid API key in the header X-API-KEY. A key that is malformed, deleted or expired is refused like none.";

/**
 * Who calls, by the key in `X-API-KEY`, looked up anew for each request. A key whose owner is no longer a member is as
 * good as deleted.
 * @returns the 401 to answer where there is nobody; a key that was sent and refused is recorded then
 */
async function v1Caller(
  request: Request,
  facts: RequestFacts,
): Promise<{ ok: true; principal: ApiKeyPrincipal } | { ok: false; answer: Response }> {
  const presented = request.headers.get("x-api-key")?.trim();
  const principal = presented ? await principalOfApiKey(presented) : null;
  if (principal !== null && principal.role !== null) return { ok: true, principal };
  if (presented && request.method !== "HEAD") await recordRejectedKey(facts);
  return { ok: false, answer: v1Error(401, noKey) };
}

const longestRef = 64;
/** No slug begins with a dash. */
const noGuru = "-";

/** A route of this family: whoever has no valid key gets no further. */
export function v1Route<P extends { guru: string }>(handle: (call: V1Call<P>) => Promise<Response>) {
  return toRoute<P>(v1Family, async (context) => {
    const caller = await v1Caller(context.request, context.facts);
    if (!caller.ok) return caller.answer;
    // What is too long to be a guru's name is refused like any other that is none.
    const guru = context.params.guru.length <= longestRef ? context.params.guru : noGuru;
    return handle({ ...context, params: { ...context.params, guru }, principal: caller.principal });
  });
}

/**
 * The answer to a method that an address does not take.
 * @param allow those that it does, as in the header
 */
export const v1Only = (allow: string) =>
  toRoute(v1Family, async () => v1Error(405, `This address takes ${allow} alone.`, { allow }));
