import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import type { UserPrincipal } from "@/lib/access/principal";
import { sql } from "@/lib/db/client";
import { deliverMail } from "@/lib/features/mail/deliver-mail";
import { type QueuedMail, queueMail } from "@/lib/gate/queue-mail";
import { inTransaction } from "@/lib/gate/transaction";
import { setRuntime } from "@/lib/platform/runtime";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { arriving, baseUrl, setMailServer, startMail, tokenIn } from "./mail-for-tests";

let product: TestProduct;
let mail: MailReceiver;
let owner: UserPrincipal;
beforeAll(async () => {
  product = await createTestProduct();
  mail = await startMail(product);
  owner = await product.person("owner@halden.example", "owner");
});
beforeEach(() => {
  setMailServer(product, mail.url);
  mail.refuseWith = null;
});
afterAll(async () => {
  await mail.close();
  await product.close();
});

const someAddress = () => `m-${randomUUID()}@halden.example`;
const queue = (queued: QueuedMail) => inTransaction((tx) => queueMail(tx, queued));
const rowOf = async (address: string) =>
  (await product.admin`select * from mail_message where address = ${address}`)[0];
/** Makes everything due that waits for its next try. */
const timePasses = () =>
  product.admin`update mail_message set due_at = now() where delivered_at is null and given_up_at is null`;

async function inviteFor(address: string, invitedBy: string | null = owner.accountId): Promise<string> {
  const id = randomUUID();
  await product.admin`
    insert into invite (id, org_id, email, email_key, token_hash, invited_by, expires_at)
    values (${id}, 1, ${address}, ${address}, ${linkTokenHash(linkToken("invite", id))}, ${invitedBy}, now() + interval '7 days')`;
  return id;
}

async function tokenOf(accountId: string, purpose: "password_reset" | "email_change"): Promise<string> {
  const id = randomUUID();
  await product.admin`
    insert into account_token (id, account_id, purpose, token_hash, expires_at)
    values (${id}, ${accountId}, ${purpose}, ${linkTokenHash(linkToken(purpose, id))}, now() + interval '1 hour')`;
  return id;
}

it("an invite says who invites whom to what, and its link is the one whose hash is stored", async () => {
  const address = someAddress();
  const id = await inviteFor(address);
  await queue({ kind: "invite", address, subjectId: id });
  const [arrived, ...more] = await arriving(mail);
  expect(more).toEqual([]);
  expect(arrived).toMatchObject({ to: [address], subject: "Invitation to Halden Works" });
  expect(arrived?.text).toContain("owner invites you to join Halden Works");
  const token = tokenIn(arrived, "/invite");
  const [row] = await product.admin`select token_hash from invite where id = ${id}`;
  expect(row?.token_hash).toEqual(linkTokenHash(token));
  expect((await rowOf(address))?.delivered_at).not.toBeNull();
});

it("an invite whose sender is gone is one all the same", async () => {
  const address = someAddress();
  await queue({ kind: "invite", address, subjectId: await inviteFor(address, null) });
  expect((await arriving(mail))[0]?.text).toContain("You are invited to join Halden Works");
});

const requestTo = ({ email, accountId }: UserPrincipal, subjectId?: string) =>
  ({ kind: "join_requested", address: email, accountId, subjectId }) as const;

it("a join request tells the owner who asks, and where to answer", async () => {
  const person = await product.person(someAddress(), null);
  await product.admin`delete from join_request`;
  const [request] = await product.admin`
    insert into join_request (org_id, account_id) values (1, ${person.accountId}) returning id`;
  await queue(requestTo(owner, request?.id));
  const [arrived] = await arriving(mail);
  expect(arrived).toMatchObject({ to: [owner.email] });
  expect(arrived?.text).toContain(`${person.name} (${person.email}) asks to join Halden Works`);
  expect(arrived?.text).toContain(`${baseUrl}/settings/members?tab=requests\n`);
});

it("whoever has given the organization away meanwhile is told of no request", async () => {
  const [person, former] = [await product.person(someAddress(), null), await product.person(someAddress())];
  await product.admin`delete from join_request`;
  const [request] = await product.admin`
    insert into join_request (org_id, account_id) values (1, ${person.accountId}) returning id`;
  await queue(requestTo(former, request?.id));
  expect(await arriving(mail)).toEqual([]);
});

it("requests that came since are told in the same mail, as many as there are when it is sent", async () => {
  await product.admin`delete from join_request`;
  const people = [await product.person(someAddress(), null), await product.person(someAddress(), null)];
  const ids: string[] = [];
  for (const { accountId } of people) {
    const [row] =
      await product.admin`insert into join_request (org_id, account_id) values (1, ${accountId}) returning id`;
    ids.push(row?.id);
  }
  const first = requestTo(owner, ids[0]);
  await queue(first);
  const [arrived] = await arriving(mail);
  expect(arrived?.subject).toBe("2 people ask to join Halden Works");
  expect(arrived?.text).toContain(`(${people[0]?.email}) and 1 other person ask to join Halden Works`);
  // The one it was made for is answered: the other one still waits.
  await product.admin`delete from join_request where id = ${ids[0] ?? ""}`;
  await queue(first);
  expect((await arriving(mail))[0]?.subject).toBe(`${people[1]?.email} asks to join Halden Works`);
  await product.admin`delete from join_request`;
});

it("an approval and a reset by the owner lead to the sign-in, and no password is mailed", async () => {
  const person = await product.person(someAddress());
  const to = { address: person.email, accountId: person.accountId };
  await queue({ kind: "join_approved", ...to });
  await queue({ kind: "password_reset_by_owner", ...to });
  const [approved, reset] = await arriving(mail);
  expect(approved).toMatchObject({ to: [person.email], subject: "Welcome to Halden Works" });
  expect(reset).toMatchObject({ to: [person.email], subject: "Your password was reset" });
  for (const each of [approved, reset]) expect(each?.text).toContain(`${baseUrl}/sign-in\n`);
});

it.each([
  ["password_reset", "/reset-password"],
  ["email_change", "/confirm-email"],
] as const)("a mail of %s has the link of its token", async (kind, path) => {
  const person = await product.person(someAddress());
  const id = await tokenOf(person.accountId, kind);
  await queue({ kind, address: person.email, accountId: person.accountId, subjectId: id });
  expect(tokenIn((await arriving(mail))[0], path)).toBe(linkToken(kind, id));
});

it("what has nothing left to say is not sent: cancelled, accepted, used, answered, too old", async () => {
  const person = await product.person(someAddress(), null);
  const address = someAddress();
  const [cancelled, accepted, expired] = [
    await inviteFor(someAddress()),
    await inviteFor(someAddress()),
    await inviteFor(someAddress()),
  ];
  await product.admin`delete from invite where id = ${cancelled}`;
  await product.admin`update invite set accepted_at = now() where id = ${accepted}`;
  await product.admin`update invite set expires_at = now() where id = ${expired}`;
  const used = await tokenOf(person.accountId, "password_reset");
  await product.admin`update account_token set used_at = now() where id = ${used}`;
  for (const subjectId of [cancelled, accepted, expired]) await queue({ kind: "invite", address, subjectId });
  await queue({ kind: "password_reset", address, accountId: person.accountId, subjectId: used });
  await product.admin`delete from join_request`;
  await queue({ kind: "join_requested", address, subjectId: randomUUID() });
  await queue({ kind: "join_approved", address, accountId: person.accountId });
  expect(await arriving(mail)).toEqual([]);
  const [counts] = await product.admin`
    select count(*)::int as n, count(given_up_at)::int as over from mail_message where address = ${address}`;
  expect(counts).toEqual({ n: 6, over: 6 });
});

it("a mail of an act that was taken back is never sent", async () => {
  const address = someAddress();
  const id = await inviteFor(address);
  const undone = inTransaction(async (tx) => {
    await queueMail(tx, { kind: "invite", address, subjectId: id });
    throw new Error("taken back for a test");
  });
  await expect(undone).rejects.toThrow("taken back");
  expect(await arriving(mail)).toEqual([]);
});

it("without a mail server nothing is queued", async () => {
  setMailServer(product, null);
  const address = someAddress();
  await queue({ kind: "invite", address, subjectId: await inviteFor(address) });
  expect(await rowOf(address)).toBeUndefined();
});

it("nothing is queued while a demo is filled", async () => {
  const address = someAddress();
  const id = await inviteFor(address);
  setRuntime({ ...product.runtime, demoClock: () => new Date() });
  await queue({ kind: "invite", address, subjectId: id });
  setRuntime(product.runtime);
  expect(await rowOf(address)).toBeUndefined();
});

it("one that the server refuses is tried again later, with the same Message-ID, and longer each time", async () => {
  const address = someAddress();
  await queue({ kind: "invite", address, subjectId: await inviteFor(address) });
  mail.refuseWith = { code: 451, text: "come back later" };
  const waits: number[] = [];
  for (let tries = 1; tries <= 3; tries += 1) {
    expect(await arriving(mail)).toEqual([]);
    const [row] = await product.admin`
      select tries, last_error, extract(epoch from due_at - clock_timestamp())::float8 as wait from mail_message where address = ${address}`;
    expect(row).toMatchObject({ tries, last_error: expect.stringContaining("come back later") });
    waits.push(row?.wait);
    // Not due yet: asked again, nothing happens.
    expect(await deliverMail(sql())).toBe(0);
    await timePasses();
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  mail.refuseWith = null;
  const [arrived] = await arriving(mail);
  const row = await rowOf(address);
  expect(arrived?.messageId).toBe(`<${row?.id}@log.halden.example>`);
  expect(row).toMatchObject({ tries: 4, last_error: null, given_up_at: null });
  await timePasses();
  expect(await arriving(mail)).toEqual([]);
});

it("one that nobody took for three days is given up", async () => {
  const address = someAddress();
  await queue({ kind: "invite", address, subjectId: await inviteFor(address) });
  await product.admin`update mail_message set created_at = created_at - interval '73 hours' where address = ${address}`;
  mail.refuseWith = { code: 550, text: "nobody here" };
  await arriving(mail);
  expect((await rowOf(address))?.given_up_at).not.toBeNull();
  mail.refuseWith = null;
  await timePasses();
  expect(await arriving(mail)).toEqual([]);
});

it("a server that is out of reach delays one mail, and the next is tried all the same", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as { port: number };
  await new Promise<void>((resolve) => closed.close(() => resolve()));
  const addresses = [someAddress(), someAddress()];
  for (const address of addresses)
    await queue({ kind: "invite", address, subjectId: await inviteFor(address) });
  setMailServer(product, `smtp://127.0.0.1:${port}`);
  expect(await deliverMail(sql())).toBe(0);
  for (const address of addresses) expect((await rowOf(address))?.tries).toBe(1);
  setMailServer(product, mail.url);
  await timePasses();
  expect((await arriving(mail)).map((m) => m.to[0]).sort()).toEqual([...addresses].sort());
});

it("of several senders at once each mail is sent by one", async () => {
  const addresses = Array.from({ length: 12 }, someAddress);
  for (const address of addresses)
    await queue({ kind: "invite", address, subjectId: await inviteFor(address) });
  await Promise.all(Array.from({ length: 4 }, () => deliverMail(sql())));
  expect((await arriving(mail)).map((m) => m.to[0]).sort()).toEqual([...addresses].sort());
});

it("names that people chose add neither a header nor a line", async () => {
  const person = await product.person(someAddress(), null);
  await product.admin`
    update account set name = ${'Eve\r\nBcc: spy@evil.example\r\n\r\nhttps://evil.example \u202e"><b>'} where id = ${person.accountId}`;
  await product.admin`update organization set name = ${"Halden\r\nX-Evil: 1"} where id = 1`;
  await product.admin`delete from join_request`;
  const [request] = await product.admin`
    insert into join_request (org_id, account_id) values (1, ${person.accountId}) returning id`;
  await queue(requestTo(owner, request?.id));
  await deliverMail(sql());
  const raw = mail.mails[0]?.raw ?? "";
  const headers = raw
    .split("\r\n\r\n")[0]
    ?.split("\r\n")
    .map((h) => h.split(":")[0]?.toLowerCase());
  const [arrived] = await arriving(mail);
  await product.admin`update organization set name = 'Halden Works' where id = 1`;
  expect(headers).not.toContain("bcc");
  expect(headers).not.toContain("x-evil");
  expect(arrived?.to).toEqual([owner.email]);
  expect(arrived?.text.split(/\r?\n/)[0]).toBe(
    `Eve Bcc: spy@evil.example https://evil.example "><b> (${person.email}) asks to join Halden X-Evil: 1 on Gurulog.`,
  );
});

it("goes with the account that it is for", async () => {
  const person = await product.person(someAddress());
  await queue({ kind: "join_approved", address: person.email, accountId: person.accountId });
  await product.admin`delete from account where id = ${person.accountId}`;
  expect(await arriving(mail)).toEqual([]);
  expect(await rowOf(person.email)).toBeUndefined();
});
