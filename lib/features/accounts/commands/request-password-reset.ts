import "server-only";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { emailKey } from "@/lib/access/email-key";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { anonymousPrincipal } from "@/lib/access/principal";
import { addressKey, countFailure, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import { passwordResetRequested } from "@/lib/audit/catalogue/accounts";
import type { EventInput } from "@/lib/audit/record/event-input";
import type { Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { RunContext } from "@/lib/gate/command-spec";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import { isMailOn } from "@/lib/gate/queue-mail";
import { type Refusal, refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { emailTried } from "../rules";
import { requestPasswordResetInput } from "../schemas";

/** Links to an account at a time: whoever knows an address can fill its mailbox with no more an hour. */
const mostLinks = 3;
const linkLife = "1 hour";

/** Requests are counted apart from tries to sign in, so that a stranger's requests delay nobody's sign-in. */
export const passwordResetKey = (email: string): string => `password-reset ${emailKey(email)}`;

type Asked = Pick<RunContext<{ email: string | null }, unknown>, "tx" | "input" | "principal" | "request">;

const ask = command({
  name: "request-password-reset",
  input: z.strictObject({ email: z.string().nullable() }),
  allow: anyone,
  event: passwordResetRequested,
  target: () => ({ id: "unknown" }),
  async onRefusal(context, refusal) {
    // Also where there is no mail server: that somebody tries is worth knowing.
    if (refusal instanceof Throttled || refusal.code === "closed") await count(context, refusal);
    return null;
  },
  async run(context) {
    const { tx, input, request } = context;
    if (!isMailOn())
      throw refuse(
        "closed",
        "This instance sends no mail. Ask the owner of your organization to reset your password.",
      );
    const keys = {
      account: input.email === null ? null : passwordResetKey(input.email),
      address: addressKey(request.ip),
    };
    await refuseWhileDelayed(tx, keys);
    await countFailure(tx, keys);
    await queueLink(tx, input.email);
    await count(context, null);
    return { value: null, audit: null };
  },
});

/**
 * Makes the link and puts its mail on its way, if there is such an account with a password. One statement, whether or not
 * there is: a second one would tell by its time.
 */
async function queueLink(tx: Tx, email: string | null): Promise<void> {
  const id = mintId();
  const hash = linkTokenHash(linkToken("password_reset", id)).toString("hex");
  await tx.execute(sql`
    with person as (
      select a.id, a.email from account a
      where a.email_key = ${email === null ? "" : emailKey(email)} and a.password_hash is not null
        and (select count(*) from account_token t
          where t.account_id = a.id and t.purpose = 'password_reset'
            and t.created_at > gurulog_now() - ${linkLife}::interval) < ${mostLinks}
    ), link as (
      insert into account_token (id, account_id, purpose, token_hash, expires_at)
      select ${id}::uuid, id, 'password_reset', decode(${hash}, 'hex'), gurulog_now() + ${linkLife}::interval from person
    )
    insert into mail_message (kind, subject_id, account_id, address)
    select 'password_reset', ${id}::uuid, id, email from person`);
}

/** Counts a request; the count becomes one event when its minute closes. */
async function count({ tx, input, principal, request }: Asked, refusal: Refusal | null): Promise<void> {
  const [account] = await tx.execute<{ id: string }>(
    sql`select id from account where email_key = ${input.email === null ? "" : emailKey(input.email)}`,
  );
  // As with tries to sign in: addresses without an account are not told apart, or a stranger could write as many events as
  // they can think of addresses.
  const named = account ? input.email : null;
  const made = eventOf(
    passwordResetRequested,
    {
      target: { id: account?.id ?? "unknown" },
      label: named ?? "-",
      accountId: account?.id ?? null,
      ...(refusal ? { details: { reason: refusal.code } } : {}),
    },
    principal,
    request,
  );
  const event: EventInput = refusal ? { ...made, outcome: "failure" } : made;
  const kind = `password-reset ${refusal?.code ?? ""}`.trim();
  await recordCounted(
    tx,
    "throttled",
    addressKey(request.ip) ?? "-",
    `${kind} ${named === null ? "-" : emailKey(named)}`,
    event,
  );
}

/**
 * Somebody who cannot sign in asks for a mail with a link to a new password. The same answer whether or not the address
 * has an account.
 */
export const requestPasswordReset = around(
  ask,
  requestPasswordResetInput,
  async ({ email: typed }, { request }, proceed) => {
    const email = emailTried(typed);
    const address = addressKey(request.ip);
    const queues = [
      ...(email === null ? [] : [passwordResetKey(email)]),
      ...(address === null ? [] : [`address ${address}`]),
    ];
    return oneAtATime(queues, () => proceed({ principal: anonymousPrincipal, input: { email } }));
  },
);
