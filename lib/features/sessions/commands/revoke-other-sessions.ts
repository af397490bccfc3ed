import "server-only";
import { endOtherSessions } from "@/lib/access/sessions";
import { sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { revokeOtherSessionsInput } from "../schemas";

/** A person signs out everywhere but here. */
export const revokeOtherSessions = command({
  name: "revoke-other-sessions",
  input: revokeOtherSessionsInput,
  allow: inOrganization("account:own"),
  event: sessionRevoked,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in in a browser to do this.");
    const sessions = await endOtherSessions(tx, principal.accountId, principal.sessionHash);
    if (sessions === 0) throw refuse("conflict", "You are signed in nowhere else. There is nothing to end.");
    return { value: { sessions }, audit: { label: principal.email, details: { sessions } } };
  },
});
