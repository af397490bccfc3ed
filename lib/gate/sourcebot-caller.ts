import "server-only";
import { eq } from "drizzle-orm";
import { principalOfApiKey } from "@/lib/access/api-keys";
import { mayInOrganization } from "@/lib/access/permissions";
import {
  type ApiKeyPrincipal,
  type RequestFacts,
  theOrganization,
  type UserPrincipal,
} from "@/lib/access/principal";
import { currentCookieName, principalOfCookie } from "@/lib/access/sessions";
import { readDb, schema } from "@/lib/db/client";
import { inOrganization } from "./allow";
import { query } from "./query";
import { recordRejectedKey } from "./rejected-key";
import { sourcebotError } from "./to-route";

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
const logIsFor = "Only the owner and auditors read the whole log, with a key of the scope audit:read.";
/** Who does, as the answer to whoever may not. */
const isFor = {
  "audit:read-global": logIsFor,
  "audit:read-proofs": logIsFor,
  "code:search":
    "Members of the organization search its code, with a key of the scope search or one without scopes.",
} as const;

const asked = (permission: keyof typeof isFor) =>
  query({ allow: inOrganization<null>(permission), run: async () => null });
/** May the caller read the whole log, its proofs, or the code? A "no" is recorded. */
const mayRead = {
  "audit:read-global": asked("audit:read-global"),
  "audit:read-proofs": asked("audit:read-proofs"),
  "code:search": asked("code:search"),
};

/** The organization that a request is about; of one that names none, ours. */
async function organizationOf(domain: string | null): Promise<number | undefined> {
  if (domain === null) return theOrganization;
  const [organization] = await readDb()
    .select({ id: schema.organization.id })
    .from(schema.organization)
    .where(eq(schema.organization.domain, domain));
  return organization?.id;
}

/**
 * Who reads over HTTP, looked up anew for each request, and whether they may. The checks in the order of the API's
 * contract.
 * @param domain value of X-Org-Domain; null where an address takes requests without it
 * @param isRecorded false for HEAD: a refusal leaves no event then
 * @param permission what is asked for
 */
export async function callerOf(
  request: Request,
  facts: RequestFacts,
  domain: string | null,
  isRecorded: boolean,
  permission: keyof typeof isFor = "audit:read-global",
): Promise<Caller> {
  const orgId = await organizationOf(domain);
  const presented = presentedKey(request);
  const principal = presented === null ? await signedInHere(request) : await principalOfApiKey(presented);
  if (presented !== null) {
    // A key whose owner is no longer a member is as good as deleted, and so is one of another organization.
    const isOurs = principal !== null && principal.role !== null && orgId === principal.orgId;
    if (!isOurs) {
      if (isRecorded) await recordRejectedKey(facts);
      return { ok: false, answer: notAuthenticated() };
    }
  }
  if (!principal) return { ok: false, answer: notAuthenticated() };
  if (orgId !== principal.orgId || principal.role === null)
    return { ok: false, answer: noSuchOrganization() };
  const isAllowed = isRecorded
    ? (await mayRead[permission].execute({ principal, request: facts, input: null })).ok
    : mayInOrganization(principal, permission);
  return isAllowed
    ? { ok: true, principal }
    : { ok: false, answer: sourcebotError(403, "INSUFFICIENT_PERMISSIONS", isFor[permission]) };
}

/** The key of a request, however wrong; null when it carries none. */
export function presentedKey(request: Request): string | null {
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
