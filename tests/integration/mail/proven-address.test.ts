import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { startFactor } from "@/lib/access/second-factor";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { completeOnboarding } from "@/lib/features/accounts/commands/complete-onboarding";
import { confirmEmail } from "@/lib/features/accounts/commands/confirm-email";
import { register } from "@/lib/features/accounts/commands/register";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { resetPassword } from "@/lib/features/accounts/commands/reset-password";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { createUser } from "@/lib/features/users/commands/create-user";
import type { Command } from "@/lib/gate/command";
import { inTransaction } from "@/lib/gate/transaction";
import {
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
} from "@/tests/integration/accounts/accounts-for-tests";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { arriving, setMailServer, startMail, tokenIn } from "./mail-for-tests";

let product: TestProduct;
let mail: MailReceiver;
let owner: UserPrincipal;
beforeAll(async () => {
  product = await createTestProduct();
  mail = await startMail(product);
  const input = {
    setupToken: product.runtime.keys.setupToken,
    organization: "Halden Works",
    name: "Ida Berg",
    email: "owner@halden.example",
    password: rightPassword,
  };
  done(await act(completeOnboarding, input));
  const [made] = await product.admin`select id, email, name from account`;
  owner = { ...(await product.person("shape@halden.example", null)), accountId: made?.id, role: "owner" };
});
beforeEach(async () => {
  setMailServer(product, mail.url);
  mail.mails.splice(0);
});
afterAll(async () => {
  await mail.close();
  await product.close();
});

const newAddress = () => `new-${randomUUID()}@halden.example`;
const act = <V>(command: Command<V>, input: unknown, principal: Principal = anonymousPrincipal) =>
  command.execute({ principal, request: fromElsewhere(), input });
const isProven = async (email: string) => {
  const [found] = await product.admin`
    select email_proven_at is not null as proven from account where email_key = ${email.toLowerCase()}`;
  if (!found) throw new Error(`no account of ${email}`);
  return found.proven as boolean;
};
const registered = (email: string, way: object = {}) =>
  act(register, { name: "Ann", email, password: rightPassword, ...way });

/** Sends what is due. @returns the mail to an address: others may come too, such as a request to join */
const mailedTo = async (email: string) => (await arriving(mail)).find(({ to }) => to.includes(email));

/** Invites an address and gives the token of its link. */
async function invited(email: string): Promise<string> {
  done(await act(invitePeople, { emails: email }, owner));
  return tokenIn(await mailedTo(email), "/invite");
}

describe("an address counts as its person's", () => {
  it("by the owner's word: onboarding, and an account that the owner makes", async () => {
    expect(await isProven("owner@halden.example")).toBe(true);
    const email = newAddress();
    done(await act(createUser, { email, name: "Ann" }, owner));
    expect(await isProven(email)).toBe(true);
  });

  it("not by registering: anybody can type it", async () => {
    const email = newAddress();
    done(await registered(email));
    expect(await isProven(email)).toBe(false);
  });

  it("by an invite that was mailed there, taken at registration or with an account", async () => {
    const email = newAddress();
    done(await registered(email, { invite: await invited(email) }));
    expect(await isProven(email)).toBe(true);
    const waiting = await personWithPassword(product, null);
    const token = await invited(waiting.email);
    expect(await isProven(waiting.email)).toBe(false);
    done(await act(acceptInvite, { token }, waiting));
    expect(await isProven(waiting.email)).toBe(true);
  });

  it("not by an invite that was passed on, or whose mail has not gone out", async () => {
    const email = newAddress();
    const token = await invited(email);
    await product.admin`update mail_message set delivered_at = null where address = ${email}`;
    done(await registered(email, { invite: token }));
    expect(await isProven(email)).toBe(false);
    await product.admin`delete from mail_message where address = ${email}`;
  });

  it("by the link of a change of address, and no longer when it is changed without one", async () => {
    const person = await personWithPassword(product);
    const [first, second] = [newAddress(), newAddress()];
    done(await act(changeEmail, { email: first, currentPassword: rightPassword }, person));
    expect(await isProven(person.email)).toBe(false);
    const token = tokenIn(await mailedTo(first), "/confirm-email");
    done(await act(confirmEmail, { token }, person));
    expect(await isProven(first)).toBe(true);
    setMailServer(product, null);
    done(await act(changeEmail, { email: second, currentPassword: rightPassword }, person));
    expect(await isProven(second)).toBe(false);
  });

  it("by the link to a new password", async () => {
    const person = await personWithPassword(product);
    await reset(person.email);
    expect(await isProven(person.email)).toBe(true);
  });
});

async function reset(email: string): Promise<void> {
  done(await act(requestPasswordReset, { email }));
  const token = tokenIn(await mailedTo(email), "/reset-password");
  done(await act(resetPassword, { token, newPassword: otherPassword }));
}

const provenFactor = async ({ accountId }: UserPrincipal) => {
  await inTransaction((tx) => startFactor(tx, accountId));
  await product.admin`update account_factor set confirmed_at = now() where account_id = ${accountId}`;
};
const factors = async ({ accountId }: UserPrincipal) =>
  (await product.admin`select from account_factor where account_id = ${accountId}`).length;

describe("a new password by mail", () => {
  it("takes the second factor away that a stranger set up in an account of one's address, and says so", async () => {
    const stranger = await personWithPassword(product, null);
    await provenFactor(stranger);
    const before = (await product.events()).length;
    await reset(stranger.email);
    expect(await factors(stranger)).toBe(0);
    const [changed, disabled, ...more] = (await product.events()).slice(before);
    expect(more).toEqual([]);
    expect(changed).toMatchObject({ operation: "PASSWORD_CHANGED", details: { by: "mail" } });
    expect(disabled).toMatchObject({
      operation: "FACTOR_DISABLED",
      actor_id: stranger.accountId,
      target_id: stranger.accountId,
      details: { by: "mail" },
      cause: changed?.id,
    });
  });

  it("leaves a member's, and that of a proven address: a mailbox is not worth both", async () => {
    const member = await personWithPassword(product);
    const former = await personWithPassword(product, null);
    await product.admin`update account set email_proven_at = now() where id = ${former.accountId}`;
    for (const person of [member, former]) {
      await provenFactor(person);
      await reset(person.email);
      expect(await factors(person)).toBe(1);
    }
  });

  it("ends the keys that were made before anybody had proven the address, each with its record", async () => {
    const member = await personWithPassword(product);
    done(await act(createApiKey, { name: "reader", scopes: "", expiresInDays: "" }, member));
    const before = (await product.events()).length;
    await reset(member.email);
    expect(await product.admin`select from api_key where account_id = ${member.accountId}`).toEqual([]);
    const [changed, deleted, ...more] = (await product.events()).slice(before);
    expect(more).toEqual([]);
    expect(changed).toMatchObject({ operation: "PASSWORD_CHANGED" });
    expect(deleted).toMatchObject({
      operation: "DELETE_API_KEY",
      actor_id: member.accountId,
      target_label: "reader",
      cause: changed?.id,
    });
    // From here on the address is proven: the next reset leaves the keys.
    done(await act(createApiKey, { name: "own", scopes: "", expiresInDays: "" }, member));
    await reset(member.email);
    expect(await product.admin`select from api_key where account_id = ${member.accountId}`).toHaveLength(1);
  });

  it("leaves no key behind that is made at the same moment", async () => {
    const member = await personWithPassword(product);
    const making = await product.admin.begin(async (tx) => {
      await tx`select from account where id = ${member.accountId} for update`;
      const made = act(createApiKey, { name: "late", scopes: "", expiresInDays: "" }, member);
      await expect
        .poll(
          () =>
            product.admin`select 1 from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock'`,
          { timeout: 10_000 },
        )
        .not.toEqual([]);
      await tx`delete from api_key where account_id = ${member.accountId}`;
      await tx`update account set email_proven_at = now() where id = ${member.accountId}`;
      return [made];
    });
    expect(await making[0]).toMatchObject({ ok: false, code: "conflict" });
    expect(await product.admin`select from api_key where account_id = ${member.accountId}`).toEqual([]);
  });

  it("proves no address whose second factor a stranger may have set up", async () => {
    const member = await personWithPassword(product);
    await provenFactor(member);
    await reset(member.email);
    expect(await isProven(member.email)).toBe(false);
    await product.admin`delete from account_factor where account_id = ${member.accountId}`;
    await reset(member.email);
    expect(await isProven(member.email)).toBe(true);
  });

  it("makes every browser unknown", async () => {
    const person = await personWithPassword(product);
    await product.admin`insert into known_browser (account_id, token_hash) values (${person.accountId}, 'x')`;
    await reset(person.email);
    const known = await product.admin`select from known_browser where account_id = ${person.accountId}`;
    expect(known).toHaveLength(0);
  });
});
