import "server-only";
import { z } from "zod";
import { endSession } from "@/lib/access/sessions";
import { signedOut } from "@/lib/audit/catalogue/accounts";
import { anySignedIn } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";

/** A person ends the session of this browser: a copy of its cookie is dead at once. */
export const signOut = command({
  name: "sign-out",
  input: z.strictObject({}),
  allow: anySignedIn,
  event: signedOut,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, principal }) {
    const ended = principal.kind === "user" && (await endSession(tx, principal.sessionHash));
    if (!ended) throw refuse("unauthenticated", "You are signed out already.");
    return { value: null, audit: { label: principal.email } };
  },
});
