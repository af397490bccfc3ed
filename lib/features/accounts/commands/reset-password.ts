import "server-only";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { z } from "zod";
import { consumeLink, endLinks, openLink } from "@/lib/access/account-tokens";
import { emailKey } from "@/lib/access/email-key";
import { HashedPassword } from "@/lib/access/hashed-password";
import { forgetBrowsers } from "@/lib/access/known-browsers";
import { roleOf } from "@/lib/access/members";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { anonymousPrincipal, theOrganization } from "@/lib/access/principal";
import { hasFactor, removeFactor } from "@/lib/access/second-factor";
import { endOtherSessions } from "@/lib/access/sessions";
import { forgetFailures } from "@/lib/access/sign-in-delay";
import { endStepsOf } from "@/lib/access/sign-in-steps";
import { factorDisabled, passwordChanged, sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { AuditFact } from "@/lib/gate/facts";
import { deleteApiKeysOf } from "@/lib/gate/leaving";
import { refuse } from "@/lib/platform/errors";
import { resetPasswordInput } from "../schemas";
import { passwordResetKey } from "./request-password-reset";

const worthless = () =>
  refuse("expired", "This link was used before, or is too old. Ask for another one on the sign-in page.");

/** The account that a link opens. Nothing is recorded: no password was changed. */
const admitPasswordReset = command({
  name: "admit-password-reset",
  input: z.strictObject({ token: z.string() }),
  allow: anyone,
  event: passwordChanged,
  target: () => ({ id: "unknown" }),
  async run({ tx, input }) {
    const found = await accountOfLink(tx, input.token);
    return { value: found.account, audit: null };
  },
});

const setPassword = command({
  name: "reset-password",
  input: z.strictObject({ token: z.string(), hashed: z.instanceof(HashedPassword) }),
  allow: anyone,
  event: passwordChanged,
  target: () => ({ id: "unknown" }),
  async run({ tx, input }) {
    const { link, account: person } = await accountOfLink(tx, input.token);
    // Before the link's row, as whoever ends an account's links does: so no two wait for each other.
    const [before] = await tx
      .select({ provenAt: schema.account.emailProvenAt })
      .from(schema.account)
      .where(eq(schema.account.id, person.id))
      .for("update");
    const { hash } = input.hashed;
    if (hash === null || !(await consumeLink(tx, link.id))) throw worthless();
    const { account } = schema;
    const changed = await tx
      .update(account)
      .set({
        passwordHash: hash,
        mustChangePassword: false,
      })
      .where(and(eq(account.id, person.id), isNotNull(account.passwordHash)))
      .returning({ id: account.id });
    if (changed.length === 0) throw worthless();
    await endLinks(tx, person.id);
    await endStepsOf(tx, person.id);
    await forgetBrowsers(tx, person.id);
    const sessions = await endOtherSessions(tx, person.id, null);
    await forgetFailures(tx, emailKey(person.email));
    await forgetFailures(tx, passwordResetKey(person.email));
    const fact: AuditFact = {
      target: { id: person.id },
      label: person.email,
      actor: { type: "user", id: person.id, email: person.email },
    };
    const leading = { ...fact, details: { by: "mail" } };
    const ended = { ...fact, event: sessionRevoked, details: { sessions } };
    const isProven = before?.provenAt != null;
    const followed = isProven ? [] : await endUnproven(tx, person, fact);
    return {
      value: null,
      targetId: person.id,
      audit: [leading, ...followed, ...(sessions > 0 ? [ended] : [])],
    };
  },
});

/**
 * Nobody had proven the address: a stranger may have made the account and set up whatever it has. Its API keys end. Its
 * second factor ends too where nobody has let the account in; a member's is worth more than a mailbox, so it stays until
 * the owner takes it away, and the address then counts as unproven on.
 */
async function endUnproven(
  tx: Tx,
  person: { id: string; email: string },
  fact: AuditFact,
): Promise<AuditFact[]> {
  const { actor } = fact;
  const keys = (await deleteApiKeysOf(tx, theOrganization, person)).map((key) => ({
    ...key,
    ...(actor ? { actor } : {}),
  }));
  const disabled =
    (await roleOf(tx, person.id)) === null && (await removeFactor(tx, person.id))
      ? [{ ...fact, event: factorDisabled, details: { by: "mail" } }]
      : [];
  if (!(await hasFactor(tx, person.id)))
    await tx
      .update(schema.account)
      .set({ emailProvenAt: sql`gurulog_now()` })
      .where(eq(schema.account.id, person.id));
  return [...disabled, ...keys];
}

async function accountOfLink(tx: Tx, token: string) {
  const link = await openLink(tx, "password_reset", token);
  if (!link) throw worthless();
  const { account } = schema;
  const [found] = await tx
    .select({ id: account.id, email: account.email, name: account.name })
    .from(account)
    .where(eq(account.id, link.accountId));
  if (!found) throw worthless();
  return { link, account: found };
}

/** Somebody with a link from their mail chooses a new password. Every session of the account ends; none begins. */
export const resetPassword = around(
  setPassword,
  resetPasswordInput,
  async ({ token, newPassword }, { request }, proceed) => {
    const principal = anonymousPrincipal;
    const admitted = await admitPasswordReset.execute({ principal, request, input: { token } });
    if (!admitted.ok) return admitted;
    if ("repeated" in admitted) throw new Error("the admission has no attempt id");
    const problem = passwordProblem(newPassword, admitted.value);
    if (problem) return invalid({ newPassword: [problem] });
    // A link that leads nowhere costs no hash.
    const hash = await hashPassword(newPassword);
    return proceed({ principal, input: { token, hashed: new HashedPassword(hash) } });
  },
);
