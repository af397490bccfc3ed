import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { endLinks } from "@/lib/access/account-tokens";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { verifyPassword } from "@/lib/access/passwords";
import { countFailure, forgetFailures } from "@/lib/access/sign-in-delay";
import { userUpdated } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { Ran } from "@/lib/gate/command-spec";
import { isMailOn, queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { CheckedPassword } from "../checked-password";
import { changeEmailInput } from "../schemas";
import { isTaken, setEmail, taken } from "../set-email";
import { admitPasswordChange, passwordChangeKey } from "./admit-password-change";

/** How the change went on: the address is another now, or waits for the link that was mailed to it. */
export interface EmailChange {
  email: string;
  isConfirmed: boolean;
}

const linkLife = "24 hours";
const mostLinks = 10;

const wrong = () =>
  refuse("invalid", "The current password is wrong. Nothing was changed.", {
    fieldErrors: { currentPassword: ["This is not your current password."] },
  });

const decideChange = command({
  name: "change-email",
  input: z.strictObject({ email: z.string(), checked: z.instanceof(CheckedPassword) }),
  allow: inOrganization("account:own"),
  event: userUpdated,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async onRefusal({ tx, principal }, refusal) {
    // Addresses that are taken count too: whoever registers has a session, and could ask for every address they think of.
    const counts = refusal.code === "exists" || refusal.options.fieldErrors?.currentPassword;
    if (principal.kind === "user" && counts)
      await countFailure(tx, { account: passwordChangeKey(principal.accountId), address: null });
    return null;
  },
  async run({ tx, input: { email, checked }, principal }): Promise<Ran<EmailChange>> {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your e-mail address.");
    const hasPassword = (checked.account?.passwordHash ?? null) !== null;
    if (hasPassword && !checked.matched) throw wrong();
    if (!hasPassword && !isMailOn())
      throw refuse(
        "closed",
        "Your account has no password to prove that it is you, and this instance sends no mail. Ask its owner to set up a mail server.",
      );
    const { account } = schema;
    const [now] = await tx
      .select({ email: account.email, passwordHash: account.passwordHash })
      .from(account)
      .where(eq(account.id, principal.accountId))
      .for("update");
    if (!now || now.passwordHash !== (checked.account?.passwordHash ?? null)) throw wrong();
    if (hasPassword) await forgetFailures(tx, passwordChangeKey(principal.accountId));
    if (now.email === email)
      throw refuse("invalid", "This is your address already. Give another one.", {
        fieldErrors: { email: ["This is your address already."] },
      });
    if (await isTaken(tx, principal.accountId, email)) throw taken();
    if (!isMailOn())
      return {
        value: { email, isConfirmed: true },
        audit: await setEmail(tx, principal.accountId, { before: now.email, after: email }),
      };
    await queueLink(tx, principal.accountId, email);
    return { value: { email, isConfirmed: false }, audit: null };
  },
});

/** Only the last link counts; so many a day that nobody's mailbox is filled by it. */
async function queueLink(tx: Tx, accountId: string, email: string): Promise<void> {
  const { mailMessage, accountToken } = schema;
  const sent = await tx.$count(
    mailMessage,
    sql`${mailMessage.accountId} = ${accountId} and ${mailMessage.kind} = 'email_change'
      and ${mailMessage.createdAt} > gurulog_now() - ${linkLife}::interval`,
  );
  if (sent >= mostLinks)
    throw refuse("throttled", "Too many mails for one day. Use the link of the last one, or try tomorrow.");
  await endLinks(tx, accountId);
  const id = mintId();
  await tx.insert(accountToken).values({
    id,
    accountId,
    email,
    purpose: "email_change",
    tokenHash: linkTokenHash(linkToken("email_change", id)),
    expiresAt: sql`gurulog_now() + ${linkLife}::interval`,
  });
  await queueMail(tx, { kind: "email_change", address: email, accountId, subjectId: id });
}

/**
 * A person gives another e-mail address. It is theirs once they open the link that is mailed there; without a mail server
 * at once, by their password alone.
 */
export const changeEmail = around(decideChange, changeEmailInput, async (input, call, proceed) => {
  const { principal, request } = call;
  const queues = principal.kind === "user" ? [passwordChangeKey(principal.accountId)] : [];
  return oneAtATime(queues, async () => {
    const admitted = await admitPasswordChange.execute({ principal, request, input: {} });
    if (!admitted.ok) return admitted;
    if ("repeated" in admitted) throw new Error("the admission has no attempt id");
    const account = admitted.value;
    const matched =
      account.passwordHash !== null && (await verifyPassword(account.passwordHash, input.currentPassword));
    return proceed({
      input: { email: input.email, checked: new CheckedPassword(account, matched, true) },
    });
  });
});
