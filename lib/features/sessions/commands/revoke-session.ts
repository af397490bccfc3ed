import "server-only";
import { and, eq } from "drizzle-orm";
import { sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { revokeSessionInput } from "../schemas";

/** A person ends one of their other sessions; its browser is signed out from its next request on. */
export const revokeSession = command({
  name: "revoke-session",
  input: revokeSessionInput,
  allow: inOrganization("account:own"),
  event: sessionRevoked,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in in a browser to do this.");
    if (input.session === principal.sessionHash)
      throw refuse("conflict", "This is the session of this browser. Use “Sign out” to end it.");
    const { session } = schema;
    const ended = await tx
      .delete(session)
      .where(
        and(
          eq(session.accountId, principal.accountId),
          eq(session.idHash, Buffer.from(input.session, "hex")),
        ),
      )
      .returning({ id: session.accountId });
    if (ended.length === 0) throw refuse("not_found", "This session has ended already.");
    return { value: null, audit: { label: principal.email, details: { sessions: 1 } } };
  },
});
