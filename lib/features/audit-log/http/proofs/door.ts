import "server-only";
import type { ApiKeyPrincipal, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { newestCheckpoint } from "@/lib/audit/proof/published";
import type { StoredCheckpoint } from "@/lib/audit/proof/stored-checkpoints";
import { MissingNode } from "@/lib/audit/proof/stored-nodes";
import { answerAhead } from "@/lib/gate/prefetch";
import { callerOf } from "@/lib/gate/sourcebot-caller";
import { sourcebotError } from "@/lib/gate/to-route";
import { runtime } from "@/lib/platform/runtime";

interface Asked {
  request: Request;
  facts: RequestFacts;
}

export interface ProofRead extends Asked {
  principal: UserPrincipal | ApiKeyPrincipal;
  params: URLSearchParams;
  isHead: boolean;
  /** The newest one: nothing beyond it is given out. */
  newest: StoredCheckpoint;
}

/**
 * The checks before any proof is answered, in the order of those of `GET /api/ee/audit`: organization's header, logging
 * switch, caller, permission, parameters; then that there is a checkpoint at all.
 * @param known parameters that the address takes, each once at most
 */
export async function withProofs(
  { request, facts }: Asked,
  known: readonly string[],
  answer: (read: ProofRead) => Promise<Response>,
): Promise<Response> {
  const isHead = request.method === "HEAD";
  const domain = request.headers.get("x-org-domain");
  if (!domain) {
    const message = "Send the header X-Org-Domain. Its value for this instance is ~.";
    return sourcebotError(400, "MISSING_ORG_DOMAIN_HEADER", message);
  }
  if (!runtime().env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED)
    return notFound("Audit logging is not enabled on this instance (SOURCEBOT_EE_AUDIT_LOGGING_ENABLED).");
  const ahead = answerAhead(request);
  if (ahead) return ahead;
  const caller = await callerOf(request, facts, domain, !isHead, "audit:read-proofs");
  if (!caller.ok) return caller.answer;
  const params = new URL(request.url).searchParams;
  for (const name of params.keys()) {
    if (!known.includes(name)) {
      const takes = known.length > 0 ? `Known are ${known.join(", ")}.` : "There are none here.";
      return badParams(`There is no parameter ${JSON.stringify(name.slice(0, 60))}. ${takes}`);
    }
    if (params.getAll(name).length > 1) return badParams(`${name} may be given once only.`);
  }
  const newest = await newestCheckpoint(caller.principal.orgId);
  if (!newest)
    return notFound("No checkpoint is signed yet. The first follows within seconds of the first event.");
  const given = await orDamaged(
    answer({ request, facts, principal: caller.principal, params, isHead, newest }),
  );
  return isHead ? new Response(null, given) : given;
}

/** A tree that is not whole is an answer, and no fault of the server: it may be what the caller looks for. */
async function orDamaged(answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof MissingNode)) throw error;
    const message =
      "The stored tree lacks a part that the newest checkpoint covers: a backup was restored, or somebody removed it. Tell the owner.";
    return sourcebotError(409, "DOES_NOT_VERIFY", message);
  }
}

export const badParams = (message: string): Response => sourcebotError(400, "INVALID_QUERY_PARAMS", message);
export const notFound = (message: string): Response => sourcebotError(404, "NOT_FOUND", message);

/** A size of the log in plain decimal digits; null for anything else. */
export function sizeOf(text: string | null): number | null {
  if (text === null || !/^(0|[1-9]\d{0,15})$/.test(text)) return null;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : null;
}
