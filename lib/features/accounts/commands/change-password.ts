import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { endLinks } from "@/lib/access/account-tokens";
import { HashedPassword } from "@/lib/access/hashed-password";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword, verifyPassword } from "@/lib/access/passwords";
import { endOtherSessions, renewSession } from "@/lib/access/sessions";
import { countFailure, forgetFailures } from "@/lib/access/sign-in-delay";
import { passwordChanged, sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { AuditFact } from "@/lib/gate/facts";
import { sha256 } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { CheckedPassword } from "../checked-password";
import { changePasswordInput } from "../schemas";
import { admitPasswordChange, passwordChangeKey } from "./admit-password-change";

const wrong = () =>
  refuse("invalid", "The current password is wrong. Nothing was changed.", {
    fieldErrors: { currentPassword: ["This is not your current password."] },
  });

const setPassword = command({
  name: "change-password",
  input: z.strictObject({ checked: z.instanceof(CheckedPassword), hashed: z.instanceof(HashedPassword) }),
  allow: inOrganization("password:change-own"),
  event: passwordChanged,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async onRefusal({ tx, principal }, refusal) {
    if (principal.kind === "user" && refusal.code === "invalid") {
      await countFailure(tx, { account: passwordChangeKey(principal.accountId), address: null });
    }
    return null;
  },
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your password.");
    const { account: before, matched } = input.checked;
    const { hash } = input.hashed;
    if (!matched || !before?.passwordHash || hash === null) throw wrong();
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
    await forgetFailures(tx, passwordChangeKey(principal.accountId));
    const leading: AuditFact = { label: principal.email, details: { by: "self" } };
    const ended: AuditFact = { event: sessionRevoked, label: principal.email, details: { sessions } };
    return { value: { sid }, audit: sessions > 0 ? [leading, ended] : leading };
  },
});

/** A person changes their own password, also the one that they were given. All other sessions of the account end. */
export const changePassword = around(setPassword, changePasswordInput, async (input, call, proceed) => {
  const { principal, request } = call;
  const queues = principal.kind === "user" ? [passwordChangeKey(principal.accountId)] : [];
  return oneAtATime(queues, async () => {
    const admitted = await admitPasswordChange.execute({ principal, request, input: {} });
    if (!admitted.ok) return admitted;
    if ("repeated" in admitted) throw new Error("the admission has no attempt id");
    const account = admitted.value;
    const problem =
      input.newPassword === input.currentPassword
        ? "Choose another password than the current one."
        : passwordProblem(input.newPassword, account);
    if (problem) return invalid({ newPassword: [problem] });
    const matched = await verifyPassword(account.passwordHash, input.currentPassword);
    const hash = matched ? await hashPassword(input.newPassword) : null;
    return proceed({
      input: { checked: new CheckedPassword(account, matched, true), hashed: new HashedPassword(hash) },
    });
  });
});
