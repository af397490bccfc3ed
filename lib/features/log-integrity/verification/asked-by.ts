import type { Principal, RequestFacts } from "@/lib/access/principal";

/** Who asked for a verification, as they were then: its event is recorded minutes later, and names them by this. */
export interface AskedBy {
  accountId: string;
  email: string;
  request: RequestFacts;
}

/** @returns null for System, which asks daily */
export function askedByOf(principal: Principal, request: RequestFacts): AskedBy | null {
  if (principal.kind !== "user" && principal.kind !== "api_key") return null;
  return { accountId: principal.accountId, email: principal.email, request };
}
