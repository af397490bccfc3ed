import type { OrgRole, Principal, Scope } from "./principal";

/** Everything that can be asked for. `guru:*` permissions are asked of one guru, the rest of the organization. */
export const permissionMatrix = {
  "audit:read-global": { org: ["owner", "auditor"], scope: "audit:read" },
  "audit:export-global": { org: ["owner", "auditor"], scope: "audit:read" },
  "audit:read-proofs": { org: ["owner", "auditor"], scope: "audit:read" },
  /** Views of the whole log that others have shared; those of a guru's log are its maintainers'. */
  "audit:delete-views": { org: ["owner"] },
  "audit:verify": { org: ["owner", "auditor"] },
  "audit:adopt-origin": { org: ["owner"] },
  "audit:erase-person": { org: ["owner"] },
  "api-key:own": { org: ["owner", "auditor", "member"] },
  "api-key:all": { org: ["owner"] },
  "members:manage": { org: ["owner"] },
  "members:leave": { org: ["auditor", "member"] },
  "organization:update": { org: ["owner"] },
  "organization:transfer": { org: ["owner"] },
  "users:manage": { org: ["owner"] },
  "activity:own": { org: ["owner", "auditor", "member"] },
  /** Also of an account that waits: name, address, second factor, sessions. */
  "account:own": { org: ["owner", "auditor", "member", null] },
  /** One's second factor; the one thing besides the password that is open to whoever must set it up first. */
  "factor:own": { org: ["owner", "auditor", "member", null] },
  "password:change-own": { org: ["owner", "auditor", "member", null] },
  /** Which repositories come of it is a matter of the roles in their gurus. */
  "code:search": { org: ["owner", "auditor", "member"], scope: "search" },
  "guru:create": { org: ["owner", "member"], scope: "gurus" },
  "guru:list": { org: ["owner", "member"], scope: "gurus" },
  "guru:ask": { guru: ["maintainer", "viewer", "visitor"], scope: "gurus" },
  "guru:see": { guru: ["maintainer", "viewer", "visitor"], scope: "gurus" },
  "guru:update": { guru: ["maintainer"], scope: "gurus" },
  "guru:delete": { guru: ["maintainer"], scope: "gurus" },
  "team:read": { guru: ["maintainer"], scope: "gurus" },
  "team:change": { guru: ["maintainer"], scope: "gurus" },
  "datasource:read": { guru: ["maintainer"], scope: "gurus" },
  "datasource:change": { guru: ["maintainer"], scope: "gurus" },
  "secret:manage": { guru: ["maintainer"], scope: "gurus" },
  "integration:manage": { guru: ["maintainer"], scope: "gurus" },
  "backfill-job:manage": { guru: ["maintainer"], scope: "gurus" },
  "widget:manage": { guru: ["maintainer"], scope: "gurus" },
  "excel-job:manage": { guru: ["maintainer"], scope: "gurus" },
  "analytics:read": { guru: ["maintainer"], scope: "gurus" },
  "audit:read-guru": { guru: ["maintainer"], scope: "audit:read" },
  "audit:export-guru": { guru: ["maintainer"], scope: "audit:read" },
} as const satisfies Record<
  string,
  { org: readonly (OrgRole | null)[]; scope?: Scope } | { guru: readonly GuruStanding[]; scope?: Scope }
>;

export type Permission = keyof typeof permissionMatrix;

/** How a person stands to one guru. `visitor`: any member, where the guru is visible to the organization. */
export type GuruStanding = "maintainer" | "viewer" | "visitor";

function scopeAllows(principal: Principal, scope: Scope | undefined): boolean {
  if (principal.kind !== "api_key" || principal.scopes.length === 0) return true;
  return scope !== undefined && principal.scopes.includes(scope);
}

/**
 * Whoever still has a password that somebody else gave them does nothing but choose their own, by whatever door; then
 * whoever needs a second factor and has none does nothing but set it up.
 */
function isHeldBack(principal: Principal, permission: Permission): boolean {
  if (principal.kind !== "user" || permission === "password:change-own") return false;
  return principal.mustChangePassword || (principal.mustEnrolFactor && permission !== "factor:own");
}

/**
 * Does the principal hold a permission of the organization?
 * Anonymous never does; System always does (it acts only in background work of ours).
 */
export function mayInOrganization(principal: Principal, permission: Permission): boolean {
  if (principal.kind === "system") return true;
  if (principal.kind === "anonymous" || isHeldBack(principal, permission)) return false;
  const rule = permissionMatrix[permission] as { org?: readonly (OrgRole | null)[]; scope?: Scope };
  return (rule.org?.includes(principal.role) ?? false) && scopeAllows(principal, rule.scope);
}

/**
 * Does the principal hold a permission on a guru, given how they stand to it?
 * The owner of the organization stands as maintainer everywhere (the loader of the standing sees to it).
 */
export function mayOnGuru(
  principal: Principal,
  permission: Permission,
  standing: GuruStanding | null,
): boolean {
  if (principal.kind === "system") return true;
  if (principal.kind === "anonymous" || standing === null) return false;
  if (isHeldBack(principal, permission)) return false;
  const rule = permissionMatrix[permission] as { guru?: readonly GuruStanding[]; scope?: Scope };
  return (rule.guru?.includes(standing) ?? false) && scopeAllows(principal, rule.scope);
}
