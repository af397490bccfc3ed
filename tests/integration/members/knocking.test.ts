import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { createTestProduct, type EventRow, type TestProduct } from "@/tests/support/product";
import { closeMinute, earlyInTheMinute, fromElsewhere, rightPassword } from "../accounts/accounts-for-tests";
import { done } from "../gurus/guru-for-tests";
import { act, asking, freshEmail, invited, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());
afterEach(() => product.admin`update organization set member_approval_required = true`);

const isThrottled = (result: { ok: boolean; code?: string }) => !result.ok && result.code === "throttled";
const triesOf = (events: EventRow[]) =>
  events.reduce((sum, e) => sum + (typeof e.details.count === "number" ? e.details.count : 1), 0);
/** Makes a delay that has begun last for the test, however slow the machine is. */
const hold = (key: string) =>
  product.admin`update sign_in_delay set blocked_until = now() + interval '5 minutes' where key = ${key} and blocked_until is not null`;

describe.each([
  {
    door: "join-organization",
    operation: "JOIN_REQUEST_FAILED",
    target: "1",
    knock: (person: UserPrincipal) => act(joinOrganization, person, { link: "x".repeat(43) }),
  },
  {
    door: "accept-invite",
    operation: "INVITE_ACCEPT_FAILED",
    target: "unknown",
    knock: (person: UserPrincipal) => act(acceptInvite, person, { token: "x".repeat(43) }),
  },
])("somebody without a membership at $door", ({ operation, target, knock }) => {
  it("is slowed after a dozen refusals, and events and counts add up to the tries", async () => {
    const person = await product.person(freshEmail(), null);
    const answers = [];
    for (let n = 0; n < 13; n += 1) answers.push(await knock(person));
    expect(answers.filter(isThrottled)).toEqual([]);
    await hold(`join ${person.accountId}`);
    for (let round = 0; round < 3; round += 1)
      answers.push(...(await Promise.all(Array.from({ length: 10 }, () => knock(person)))));
    expect(answers.filter(isThrottled)).toHaveLength(30);
    expect(answers.at(-1)).toMatchObject({ message: expect.stringMatching(/^Too many tries\. Wait /) });
    await closeMinute(product);
    const events = (await product.events()).filter(
      (e) => e.operation === operation && e.actor_id === person.accountId,
    );
    expect(triesOf(events)).toBe(43);
    const counted = events.filter((e) => e.details.reason === "throttled");
    // At most two: a minute may have ended meanwhile.
    expect(counted.length).toBeLessThanOrEqual(2);
    expect(triesOf(counted)).toBe(30);
    for (const event of counted)
      expect(event).toMatchObject({
        outcome: "failure",
        actor_type: "user",
        actor_email: person.email,
        target_id: target,
        metadata: { message: expect.stringContaining("Too many tries") },
      });
  });

  it("is slowed as well when all knocks come at once", async () => {
    const person = await product.person(freshEmail(), null);
    const answers = await Promise.all(Array.from({ length: 40 }, () => knock(person)));
    // Slow machines let one more pass when a wait is over.
    expect(answers.filter(isThrottled).length).toBeGreaterThan(20);
    await closeMinute(product);
  });

  it("slows nobody else down, and never a member", async () => {
    const [loud, quiet] = [
      await product.person(freshEmail(), null),
      await product.person(freshEmail(), null),
    ];
    for (let n = 0; n < 13; n += 1) await knock(loud);
    expect(isThrottled(await knock(quiet))).toBe(false);
    const member = await product.person(freshEmail());
    for (let n = 0; n < 20; n += 1) expect(isThrottled(await knock(member))).toBe(false);
    expect(await product.admin`select from sign_in_delay where key = ${`join ${member.accountId}`}`).toEqual(
      [],
    );
  });
});

it("who has to wait comes in once the wait is over", async () => {
  const person = await product.person(freshEmail(), null);
  const { token } = await invited(owner, person.email);
  for (let n = 0; n < 13; n += 1) await act(acceptInvite, person, { token: "x".repeat(43) });
  const key = `join ${person.accountId}`;
  await hold(key);
  expect(await act(acceptInvite, person, { token })).toMatchObject({ ok: false, code: "throttled" });
  await product.admin`update sign_in_delay set blocked_until = now() where key = ${key}`;
  done(await act(acceptInvite, person, { token }));
  expect(await roleNow(product, person)).toBe("member");
});

it("asking again while one waits is counted too", async () => {
  const person = await product.person(freshEmail(), null);
  await asking(product, person.accountId);
  for (let n = 0; n < 13; n += 1)
    expect(await act(joinOrganization, person)).toMatchObject({ ok: false, code: "exists" });
  await hold(`join ${person.accountId}`);
  expect(isThrottled(await act(joinOrganization, person))).toBe(true);
});

describe("accounts from one address", () => {
  const registering = (request = fromElsewhere(), over: Record<string, unknown> = {}) =>
    register.execute({
      principal: anonymousPrincipal,
      request,
      input: { name: "Nora New", email: freshEmail(), password: rightPassword, ...over },
    });
  /** As many as that were made there. */
  const made = (ip: string | null, n: number) =>
    product.admin`
      insert into sign_in_delay (kind, key, failures, last_failure_at) values ('address', ${`register ${ip}`}, ${n}, now())`;

  it("are counted, each one that is made", async () => {
    const request = fromElsewhere();
    for (let n = 0; n < 3; n += 1) done(await registering(request));
    expect(
      await product.admin`select failures, blocked_until from sign_in_delay where key = ${`register ${request.ip}`}`,
    ).toEqual([{ failures: 3, blocked_until: null }]);
  });

  it("are slowed after twenty, counted as USER_CREATION_FAILED, and neither sign-ins nor invited people wait for it", async () => {
    const request = fromElsewhere();
    await made(request.ip, 20);
    done(await registering(request));
    await hold(`register ${request.ip}`);
    await earlyInTheMinute();
    const refused = await Promise.all(Array.from({ length: 5 }, () => registering(request)));
    expect(refused.filter(isThrottled)).toHaveLength(5);
    await closeMinute(product);
    const counted = (await product.events("user.creation_failed")).filter((e) => e.ip === request.ip);
    expect(counted.map((e) => [e.details.reason, e.details.count])).toEqual([["throttled", 5]]);
    const email = freshEmail();
    const { token } = await invited(owner, email);
    done(await registering(request, { email, invite: token }));
    expect(
      await product.admin`select from sign_in_delay where kind = 'address' and key = ${request.ip}`,
    ).toEqual([]);
    done(await registering());
  }, 40_000);

  it("leaves out what was rolled back: an address that is taken makes no account", async () => {
    const request = fromElsewhere();
    expect(await registering(request, { email: owner.email })).toMatchObject({ ok: false, code: "exists" });
    expect(await product.admin`select from sign_in_delay where key = ${`register ${request.ip}`}`).toEqual(
      [],
    );
  });
});
