import type { Actor } from "@/lib/audit/record/event-input";

export type OrgRole = "owner" | "auditor" | "member";
export type Scope = "audit:read" | "search" | "gurus";

/** A signed-in person. `role` is null for an account without a membership (removed, or waiting). */
export interface UserPrincipal {
  kind: "user";
  accountId: string;
  email: string;
  name: string;
  orgId: number;
  role: OrgRole | null;
  /** SHA-256 of the session id, hex. */
  sessionHash: string;
  mustChangePassword: boolean;
  /** The organization requires two-factor sign-in, and this account has none yet. */
  mustEnrolFactor: boolean;
  timeZone: string;
}

export interface ApiKeyPrincipal {
  kind: "api_key";
  keyId: string;
  keyName: string;
  /** Empty = all that its owner may do. */
  scopes: readonly Scope[];
  accountId: string;
  email: string;
  orgId: number;
  role: OrgRole | null;
}

export interface SystemPrincipal {
  kind: "system";
  orgId: number;
}

export interface AnonymousPrincipal {
  kind: "anonymous";
  orgId: number;
}

export type Principal = UserPrincipal | ApiKeyPrincipal | SystemPrincipal | AnonymousPrincipal;

export const theOrganization = 1;
export const systemPrincipal: SystemPrincipal = { kind: "system", orgId: theOrganization };
export const anonymousPrincipal: AnonymousPrincipal = { kind: "anonymous", orgId: theOrganization };

/** Where a request came from; all null for background work. */
export interface RequestFacts {
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
}

export const noRequest: RequestFacts = { ip: null, userAgent: null, requestId: null };

/** The account behind a principal, if any. */
export function accountOf(principal: Principal): string | null {
  return principal.kind === "user" || principal.kind === "api_key" ? principal.accountId : null;
}

/**
 * The actor column of an event.
 * @param fixed true for the 23 actions of the source document: always the person, also when a key acts
 */
export function actorOf(principal: Principal, request: RequestFacts, fixed: boolean): Actor {
  const from = { ip: request.ip, userAgent: request.userAgent };
  switch (principal.kind) {
    case "user":
      return { type: "user", id: principal.accountId, email: principal.email, ...from };
    case "api_key":
      return fixed
        ? { type: "user", id: principal.accountId, email: principal.email, ...from }
        : { type: "api_key", id: principal.keyId, email: principal.email, ...from };
    case "system":
      return { type: "system", id: "system", email: null, ip: null, userAgent: null };
    case "anonymous":
      return { type: "anonymous", id: "anonymous", email: null, ...from };
  }
}

/** A stable name of the principal, under which attempts and counters are kept. */
export function principalKey(principal: Principal): string {
  switch (principal.kind) {
    case "user":
      return `user:${principal.accountId}`;
    case "api_key":
      return `api_key:${principal.keyId}`;
    default:
      return principal.kind;
  }
}
