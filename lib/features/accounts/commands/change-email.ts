import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { endLinks } from "@/lib/access/account-tokens";
import { CheckedPassword } from "@/lib/access/checked-password";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import { oidcSettings } from "@/lib/access/openid-connect";
import { countFailure, refuseWhileDelayed } from "@/lib/access/sign-in-delay";
import { userUpdated } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { Ran } from "@/lib/gate/command-spec";
import {
  afterWrongPassword,
  forgetWrongPasswords,
  withOwnPassword,
  wrongPassword,
} from "@/lib/gate/own-password";
import { isMailOn, queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { changeEmailInput } from "../schemas";
import { setEmail } from "../set-email";

/** How the change went on: the address is another now, or waits for the link that was mailed to it. */
export interface EmailChange {
  email: string;
  isConfirmed: boolean;
}

const linkLife = "24 hours";
const mostLinks = 10;
/** Whoever asks: accounts are free where anybody may register. */
const mostLinksToOneAddress = 3;

/** Under what an account's asking for taken addresses is counted. Nothing clears it but time. */
const takenKey = (accountId: string): string => `taken ${accountId}`;

const decideChange = command({
  name: "change-email",
  input: z.strictObject({ email: z.string(), checked: z.instanceof(CheckedPassword) }),
  allow: inOrganization("account:own"),
  event: userUpdated,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async onRefusal(context, refusal) {
    const { tx, principal } = context;
    // Without a mail server the answer says which addresses are taken: whoever registers has a session, and could ask for
    // every address they think of.
    if (principal.kind === "user" && refusal.code === "exists")
      await countFailure(tx, { account: takenKey(principal.accountId), address: null });
    return afterWrongPassword(context, refusal);
  },
  async run({ tx, input: { email, checked }, principal }): Promise<Ran<EmailChange>> {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your e-mail address.");
    const hasPassword = (checked.account?.passwordHash ?? null) !== null;
    if (hasPassword && !checked.matched) throw wrongPassword();
    if (!isMailOn()) refuseUnproven(hasPassword);
    const { account } = schema;
    const [now] = await tx
      .select({ email: account.email, passwordHash: account.passwordHash })
      .from(account)
      .where(eq(account.id, principal.accountId))
      .for("update");
    if (!now || now.passwordHash !== (checked.account?.passwordHash ?? null)) throw wrongPassword();
    if (hasPassword) await forgetWrongPasswords(tx, principal.accountId);
    if (now.email === email)
      throw refuse("invalid", "This is your address already. Give another one.", {
        fieldErrors: { email: ["This is your address already."] },
      });
    if (!isMailOn()) {
      await refuseWhileDelayed(tx, { account: takenKey(principal.accountId), address: null });
      const change = { before: now.email, after: email, isProven: false };
      return { value: { email, isConfirmed: true }, audit: await setEmail(tx, principal.accountId, change) };
    }
    // Also where another account has the address: who cannot read its mail must not learn that. The link then says it.
    await queueLink(tx, principal.accountId, email);
    return { value: { email, isConfirmed: false }, audit: null };
  },
});

/**
 * Without mail nothing shows that the new address is the person's. With single sign-on it would be enough for whoever has
 * it at the identity provider to be signed in to this account.
 */
function refuseUnproven(hasPassword: boolean): void {
  if (!hasPassword)
    throw refuse(
      "closed",
      "Your account has no password to prove that it is you, and this instance sends no mail. Ask its owner to set up a mail server.",
    );
  if (oidcSettings() !== null)
    throw refuse(
      "closed",
      "With single sign-on an address has to be confirmed by mail, and this instance sends none. Ask its owner to set up a mail server.",
    );
}

/** Only the last link counts; so many a day that nobody's mailbox is filled by it. */
async function queueLink(tx: Tx, accountId: string, email: string): Promise<void> {
  const { mailMessage, accountToken } = schema;
  const sent = await tx.$count(
    mailMessage,
    sql`${mailMessage.accountId} = ${accountId} and ${mailMessage.kind} = 'email_change'
      and ${mailMessage.createdAt} > gurulog_now() - ${linkLife}::interval`,
  );
  const toThere = await tx.$count(
    mailMessage,
    sql`lower(${mailMessage.address}) = lower(${email}) and ${mailMessage.kind} = 'email_change'
      and ${mailMessage.createdAt} > gurulog_now() - ${linkLife}::interval`,
  );
  if (sent >= mostLinks || toThere >= mostLinksToOneAddress)
    throw refuse(
      "throttled",
      "Too many mails to this address for one day. Use the link of the last one, or try tomorrow.",
    );
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
export const changeEmail = around(
  decideChange,
  changeEmailInput,
  ({ email, currentPassword }, call, proceed) =>
    withOwnPassword(call, currentPassword, (checked) => proceed({ input: { email, checked } })),
);
