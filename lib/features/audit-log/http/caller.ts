import "server-only";
import { eq } from "drizzle-orm";
import { principalOfApiKey } from "@/lib/access/api-keys";
import { mayInOrganization } from "@/lib/access/permissions";
import type { ApiKeyPrincipal, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, principalOfCookie } from "@/lib/access/sessions";
import { readDb, schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { recordRejectedKey } from "@/lib/gate/rejected-key";
import { sourcebotError } from "@/lib/gate/to-route";

export type Caller =
  | { ok: true; principal: UserPrincipal | ApiKeyPrincipal }
  | { ok: false; answer: Response };

const notAuthenticated = () =>
  sourcebotError(
    401,
    "NOT_AUTHENTICATED",
    "Send a valid API key in the header X-Sourcebot-Api-Key. A key that is malformed, deleted or expired is refused like none.",
  );
const noSuchOrganization = () =>
  sourcebotError(404, "NOT_FOUND", "There is no such organization, or you are not a member of it.");
const notPermitted = () =>
  sourcebotError(
    403,
    "INSUFFICIENT_PERMISSIONS",
    "Only the owner and auditors read the whole log, with a key of the scope audit:read.",
  );

/** May the caller read the whole log, or its proofs? A "no" is recorded. */
const mayRead = {
  "audit:read-global": query({ allow: inOrganization<null>("audit:read-global"), run: async () => null }),
  "audit:read-proofs": query({ allow: inOrganization<null>("audit:read-proofs"), run: async () => null }),
};

/**
 * Who reads the log over HTTP, looked up anew for each request, and whether they may. The checks in the order of the
 * API's contract.
 * @param domain value of X-Org-Domain
 * @param isRecorded false for HEAD: a refusal leaves no event then
 * @param permission what is asked for
 */
export async function callerOf(
  request: Request,
  facts: RequestFacts,
  domain: string,
  isRecorded: boolean,
  permission: keyof typeof mayRead = "audit:read-global",
): Promise<Caller> {
  const [organization] = await readDb()
    .select({ id: schema.organization.id })
    .from(schema.organization)
    .where(eq(schema.organization.domain, domain));
  const presented = presentedKey(request);
  const principal = presented === null ? await signedInHere(request) : await principalOfApiKey(presented);
  if (presented !== null) {
    // A key whose owner is no longer a member is as good as deleted, and so is one of another organization.
    const isOurs = principal !== null && principal.role !== null && organization?.id === principal.orgId;
    if (!isOurs) {
      if (isRecorded) await recordRejectedKey(facts);
      return { ok: false, answer: notAuthenticated() };
    }
  }
  if (!principal) return { ok: false, answer: notAuthenticated() };
  if (organization?.id !== principal.orgId || principal.role === null)
    return { ok: false, answer: noSuchOrganization() };
  const isAllowed = isRecorded
    ? (await mayRead[permission].execute({ principal, request: facts, input: null })).ok
    : mayInOrganization(principal, permission);
  return isAllowed ? { ok: true, principal } : { ok: false, answer: notPermitted() };
}

/** The key of a request, however wrong; null when it carries none. */
function presentedKey(request: Request): string | null {
  const own = request.headers.get("x-sourcebot-api-key")?.trim();
  if (own) return own;
  const [, bearer] = /^Bearer +(.*)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return bearer?.trim() || null;
}

/** The person whose browser asks, from a page of ours alone: other sites could make it ask, too. */
async function signedInHere(request: Request): Promise<UserPrincipal | null> {
  if (request.headers.get("sec-fetch-site") !== "same-origin") return null;
  const name = `${currentCookieName()}=`;
  const cookie = (request.headers.get("cookie") ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  const person = await principalOfCookie(cookie?.slice(name.length));
  // Somebody who must change their password, or set up a second factor, may do nothing else yet.
  return person?.mustChangePassword || person?.mustEnrolFactor ? null : person;
}
