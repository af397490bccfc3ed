import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { endLinks } from "@/lib/access/account-tokens";
import { CheckedPassword } from "@/lib/access/checked-password";
import { HashedPassword } from "@/lib/access/hashed-password";
import { browserTokens, forgetBrowsers } from "@/lib/access/known-browsers";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { endOtherSessions, renewSession } from "@/lib/access/sessions";
import { passwordChanged, sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { AuditFact } from "@/lib/gate/facts";
import {
  afterWrongPassword,
  forgetWrongPasswords,
  withOwnPassword,
  wrongPassword,
} from "@/lib/gate/own-password";
import { sha256 } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { changePasswordInput } from "../schemas";

const setPassword = command({
  name: "change-password",
  input: z.strictObject({
    checked: z.instanceof(CheckedPassword),
    hashed: z.instanceof(HashedPassword),
    tokens: z.array(z.string()),
  }),
  allow: inOrganization("password:change-own"),
  event: passwordChanged,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  onRefusal: afterWrongPassword,
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your password.");
    const { account: before, matched } = input.checked;
    const { hash } = input.hashed;
    if (!matched || !before?.passwordHash || hash === null) throw wrongPassword();
    const { account } = schema;
    const changed = await tx
      .update(account)
      .set({ passwordHash: hash, mustChangePassword: false })
      .where(and(eq(account.id, principal.accountId), eq(account.passwordHash, before.passwordHash)))
      .returning({ id: account.id });
    if (changed.length === 0)
      throw refuse("conflict", "The password was changed elsewhere a moment ago. Sign in with the new one.");
    // This browser stays signed in under another id: a copy of its cookie is as dead as the other sessions.
    const sid = await renewSession(tx, principal.sessionHash);
    if (sid === null) throw refuse("unauthenticated", "Your session has ended. Sign in again.");
    // Unfinished sign-ins before sessions: one that is completed at this moment leaves a session, which then ends too.
    await endLinks(tx, principal.accountId);
    const sessions = await endOtherSessions(tx, principal.accountId, sha256(sid).toString("hex"));
    // Whoever has the former password may have made their own browser a known one.
    await forgetBrowsers(tx, principal.accountId, input.tokens);
    await forgetWrongPasswords(tx, principal.accountId);
    const leading: AuditFact = { label: principal.email, details: { by: "self" } };
    const ended: AuditFact = { event: sessionRevoked, label: principal.email, details: { sessions } };
    return { value: { sid }, audit: sessions > 0 ? [leading, ended] : leading };
  },
});

/** A person changes their own password, also the one that they were given. All other sessions of the account end. */
export const changePassword = around(setPassword, changePasswordInput, async (input, call, proceed) => {
  const { currentPassword, newPassword, browser } = input;
  const { principal } = call;
  const problem =
    newPassword === currentPassword
      ? "Choose another password than the current one."
      : principal.kind === "user" && passwordProblem(newPassword, principal);
  // What cannot be used costs no hash.
  if (problem) return invalid({ newPassword: [problem] });
  return withOwnPassword(call, currentPassword, async (checked) => {
    const hash = checked.matched ? await hashPassword(newPassword) : null;
    return proceed({ input: { checked, hashed: new HashedPassword(hash), tokens: browserTokens(browser) } });
  });
});
