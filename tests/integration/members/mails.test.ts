import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, rightPassword } from "../accounts/accounts-for-tests";
import { done } from "../gurus/guru-for-tests";
import { act, asking, freshEmail, invited } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  // Nothing is sent here: the worker does that.
  product = await createTestProduct({ SMTP_URL: "smtp://127.0.0.1:1" });
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

/** The mails that some work put on their way. */
async function mailsOf(work: () => Promise<unknown>) {
  await product.admin`delete from mail_message`;
  await work();
  return product.admin`select kind, address, account_id, subject_id from mail_message order by id`;
}

it("an invite goes to the invited address, one mail each", async () => {
  const emails = [freshEmail(), freshEmail()];
  let ids: string[] = [];
  const mails = await mailsOf(async () => {
    ids = done(await act(invitePeople, owner, { emails: emails.join(" ") })).ids;
  });
  // Mails of one moment have no order among themselves.
  expect(mails).toHaveLength(2);
  expect(mails).toEqual(
    expect.arrayContaining(
      emails.map((address, at) => ({ kind: "invite", address, account_id: null, subject_id: ids[at] })),
    ),
  );
});

it("the owner hears of a request to join, by registering or asking again, and the person of its approval", async () => {
  const email = freshEmail();
  const input = { name: "Nora New", email, password: rightPassword };
  const asked = { kind: "join_requested", address: owner.email, account_id: owner.accountId };
  const registered = await mailsOf(async () =>
    done(await register.execute({ principal: anonymousPrincipal, request: fromElsewhere(), input })),
  );
  const [request] = await product.admin`select id, account_id from join_request`;
  expect(registered).toEqual([{ ...asked, subject_id: request?.id }]);
  const person = await product.person(freshEmail(), null);
  expect(await mailsOf(async () => done(await act(joinOrganization, person)))).toMatchObject([asked]);
  expect(await mailsOf(async () => done(await act(approveJoinRequest, owner, { id: request?.id })))).toEqual([
    { kind: "join_approved", address: email, account_id: request?.account_id, subject_id: null },
  ]);
});

it("many requests are one mail every ten minutes, and the last one is never left out", async () => {
  const { admin } = product;
  await admin`delete from join_request`;
  const ask = async () => done(await act(joinOrganization, await product.person(freshEmail(), null)));
  const toOwner = () => admin<{ id: string; waits_s: number; delivered: boolean }[]>`
    select id, extract(epoch from due_at - now())::int as waits_s, delivered_at is not null as delivered
    from mail_message where kind = 'join_requested' order by created_at, id`;
  await mailsOf(async () => {
    for (let n = 0; n < 5; n += 1) await ask();
  });
  const [first, ...none] = await toOwner();
  expect(none).toEqual([]);
  expect(first?.waits_s).toBeLessThanOrEqual(0);
  // While it is sent, and once it is delivered, what comes later is told later.
  await admin`update mail_message set tries = 1, delivered_at = now() where id = ${first?.id ?? ""}`;
  for (let n = 0; n < 5; n += 1) await ask();
  const [, second, ...further] = await toOwner();
  expect(further).toEqual([]);
  expect(second?.waits_s).toBeGreaterThan(9 * 60);
  expect(second?.waits_s).toBeLessThanOrEqual(10 * 60);
  // The mail server refuses it: the next try will tell of all.
  await admin`update mail_message set tries = 3, last_error = 'no' where id = ${second?.id ?? ""}`;
  await ask();
  expect(await toOwner()).toHaveLength(2);
  // It is under way at this moment: its text is made already.
  await admin`update mail_message set tries = 1, last_error = null where id = ${second?.id ?? ""}`;
  await ask();
  expect(await toOwner()).toHaveLength(3);
  // One that was given up tells nobody.
  await admin`delete from mail_message`;
  await ask();
  await admin`update mail_message set tries = 9, given_up_at = now(), last_error = 'no'`;
  await ask();
  expect((await toOwner()).at(-1)?.waits_s).toBeLessThanOrEqual(0);
  await admin`delete from join_request`;
});

it("twenty requests at once are one mail", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, () => product.person(freshEmail(), null)));
  const mails = await mailsOf(() => Promise.all(people.map((person) => act(joinOrganization, person))));
  expect(mails).toHaveLength(1);
  expect(await countOf("join_request")).toBe(20);
  await product.admin`delete from join_request`;
});

it("no mail goes out of an act that was refused, or could not be recorded", async () => {
  const person = await product.person(freshEmail(), null);
  const id = await asking(product, person.accountId);
  const open = freshEmail();
  await invited(owner, open);
  const mails = await mailsOf(async () => {
    expect((await act(invitePeople, owner, { emails: `${freshEmail()} ${open}` })).ok).toBe(false);
    expect((await act(joinOrganization, person)).ok).toBe(false);
    const mend = await breakTheLog(product);
    expect((await act(approveJoinRequest, owner, { id })).ok).toBe(false);
    expect((await act(invitePeople, owner, { emails: freshEmail() })).ok).toBe(false);
    await mend();
  });
  expect(mails).toEqual([]);
  expect(await countOf("mail_message")).toBe(0);
});
