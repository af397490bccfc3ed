import { afterAll, beforeAll, expect, it } from "vitest";
import { hashesComputed } from "@/lib/access/passwords";
import { anonymousPrincipal } from "@/lib/access/principal";
import { countFailure } from "@/lib/access/sign-in-delay";
import { register } from "@/lib/features/accounts/commands/register";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, type EventRow, type TestProduct, testRequest } from "@/tests/support/product";
import {
  closeMinute,
  earlyInTheMinute,
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "./accounts-for-tests";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
  await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

const principal = anonymousPrincipal;
const tryOnce = (email: string, request = fromElsewhere(), password = otherPassword, browser?: string) =>
  signIn.execute({ principal, request, input: { email, password, ...(browser ? { browser } : {}) } });
const triesOf = (events: EventRow[]) =>
  events.reduce((sum, e) => sum + (typeof e.details.count === "number" ? e.details.count : 1), 0);
/** Makes a delay that has begun last for the test, however slow the machine is. */
const hold = (key: string) =>
  product.admin`update sign_in_delay set blocked_until = now() + interval '60 seconds' where key = ${key} and blocked_until is not null`;
const nowBlocked = async (key: string) =>
  (await product.admin`select 1 from sign_in_delay where key = ${key} and blocked_until > now()`).length > 0;

it("lets five failures pass free, and events and counts add up to 30 tries, ten at a time", async () => {
  const person = await personWithPassword(product);
  const hashes = hashesComputed().total;
  const answers = [];
  for (let round = 0; round < 3; round += 1) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => tryOnce(person.email)))));
  }
  const reached = answers.filter((a) => !a.ok && a.code === "unauthenticated").length;
  const throttled = answers.filter((a) => !a.ok && a.code === "throttled");
  // The sixth failure begins the delay; while the test runs one more try may have waited long enough.
  expect(reached).toBeGreaterThanOrEqual(6);
  expect(reached).toBeLessThan(12);
  expect(reached + throttled.length).toBe(30);
  expect(throttled[0]).toMatchObject({
    message: expect.stringMatching(/^Too many tries\. Wait \d+ seconds?\.$/),
  });
  expect(hashesComputed().total - hashes).toBe(reached);
  expect(hashesComputed().peak).toBeLessThanOrEqual(2);

  await closeMinute(product);
  const events = (await product.events("user.sign_in_failed")).filter(
    (e) => e.target_id === person.accountId,
  );
  expect(triesOf(events)).toBe(30);
  const counted = events.filter((e) => e.details.reason === "throttled");
  expect(triesOf(counted)).toBe(throttled.length);
  for (const event of counted) {
    expect(event).toMatchObject({
      actor_type: "anonymous",
      account_id: person.accountId,
      target_label: person.email,
      cause: null,
    });
    expect(event.details).toMatchObject({
      count: expect.any(Number),
      firstAt: expect.any(String),
      lastAt: expect.any(String),
    });
  }
});

it("delays an address that has no account just as one that has", async () => {
  const email = "no-such-person@halden.example";
  for (let i = 0; i < 6; i += 1)
    expect(await tryOnce(email)).toMatchObject({ ok: false, code: "unauthenticated" });
  await hold(email);
  for (let i = 6; i < 8; i += 1) {
    expect(await tryOnce(email)).toMatchObject({
      ok: false,
      code: "throttled",
      message: expect.stringMatching(/^Too many tries\. Wait \d+ seconds\.$/),
    });
  }
  await closeMinute(product);
  const events = (await product.events("user.sign_in_failed")).filter((e) => e.target_label === email);
  expect(triesOf(events)).toBe(8);
  expect(events.every((e) => e.target_id === "unknown" && e.account_id === null)).toBe(true);
});

it("refuses the right password too while the delay lasts, and lets it pass afterwards", async () => {
  const person = await personWithPassword(product);
  for (let i = 0; i < 6; i += 1) await tryOnce(person.email);
  await hold(person.email);
  expect(await tryOnce(person.email, fromElsewhere(), rightPassword)).toMatchObject({
    ok: false,
    code: "throttled",
  });
  await product.admin`update sign_in_delay set blocked_until = now() where key = ${person.email}`;
  await signedInAs(person.email);
  // The right password clears the account's failures.
  expect(await product.admin`select 1 from sign_in_delay where key = ${person.email}`).toHaveLength(0);
});

it("lets a browser that has signed in before pass the account's delay, and a stranger never keeps its owner out", async () => {
  const person = await personWithPassword(product);
  const { browser } = await signedInAs(person.email);
  for (let i = 0; i < 7; i += 1) await tryOnce(person.email);
  await hold(person.email);
  expect(await nowBlocked(person.email)).toBe(true);
  expect(await tryOnce(person.email, fromElsewhere(), rightPassword)).toMatchObject({ code: "throttled" });
  expect(await tryOnce(person.email, fromElsewhere(), rightPassword, "A".repeat(43))).toMatchObject({
    code: "throttled",
  });
  const again = await signedInAs(person.email, rightPassword, fromElsewhere(), browser);
  expect(again.browser).toBe(browser);
  // It clears nothing for the stranger.
  expect(await nowBlocked(person.email)).toBe(true);
});

it("knows a browser only for the accounts that signed in there, and adopts no token from outside", async () => {
  const [one, two] = [await personWithPassword(product), await personWithPassword(product)];
  const first = await signedInAs(one.email);
  const both = await signedInAs(two.email, rightPassword, fromElsewhere(), first.browser);
  expect(both.browser.split(".")).toHaveLength(2);
  expect(both.browser.split(".")[0]).not.toBe(first.browser);
  const planted = "P".repeat(43);
  const third = await signedInAs(one.email, rightPassword, fromElsewhere(), planted);
  expect(third.browser.split(".")[0]).not.toBe(planted);
  for (let i = 0; i < 7; i += 1) await tryOnce(one.email);
  await hold(one.email);
  expect(await tryOnce(one.email, fromElsewhere(), rightPassword, planted)).toMatchObject({
    code: "throttled",
  });
  expect(await tryOnce(one.email, fromElsewhere(), rightPassword, both.browser)).toMatchObject({ ok: true });
});

it("delays an address that tries many accounts, IPv6 by its /64, known browsers too, and counts without naming strangers", async () => {
  const person = await personWithPassword(product);
  const { browser } = await signedInAs(person.email);
  const from = (i: number) => ({ ...testRequest, ip: `2001:db8:77:1::${i + 1}` });
  await closeMinute(product);
  for (let i = 0; i < 6; i += 1) await tryOnce(`spray-${i}@halden.example`, from(i));
  await hold("2001:db8:77:1::/64");
  const before = (await product.events("user.sign_in_failed")).length;
  for (let i = 6; i < 20; i += 1)
    expect(await tryOnce(`spray-${i}@halden.example`, from(i))).toMatchObject({ code: "throttled" });
  expect(await tryOnce(person.email, from(99), rightPassword, browser)).toMatchObject({ code: "throttled" });
  expect(
    await tryOnce(person.email, { ...testRequest, ip: "2001:db8:77:2::1" }, rightPassword),
  ).toMatchObject({ ok: true });
  await closeMinute(product);
  const counted = (await product.events("user.sign_in_failed")).slice(before);
  expect(triesOf(counted)).toBe(15);
  expect(triesOf(counted.filter((e) => e.target_label === "-" && e.target_id === "unknown"))).toBe(14);
  expect(triesOf(counted.filter((e) => e.account_id === person.accountId))).toBe(1);
});

it("forgets after a quarter of an hour without a failure, and takes the old rows away", async () => {
  const email = "forgotten@halden.example";
  for (let i = 0; i < 7; i += 1) await tryOnce(email);
  await hold(email);
  expect(await nowBlocked(email)).toBe(true);
  await product.admin`update sign_in_delay set last_failure_at = last_failure_at - interval '16 minutes', blocked_until = now() where key = ${email}`;
  expect(await tryOnce(email)).toMatchObject({ code: "unauthenticated" });
  expect(await product.admin`select failures from sign_in_delay where key = ${email}`).toEqual([
    { failures: 1 },
  ]);
  await product.admin`update sign_in_delay set last_failure_at = now() - interval '16 minutes', blocked_until = null where key = ${email}`;
  await tryOnce("somebody-else@halden.example");
  expect(await product.admin`select 1 from sign_in_delay where key = ${email}`).toHaveLength(0);
});

it("adds up failures that arrive on several connections at once", async () => {
  await Promise.all(
    Array.from({ length: 8 }, () =>
      inTransaction((tx) =>
        countFailure(tx, { account: "parallel@halden.example", address: "203.0.113.200" }),
      ),
    ),
  );
  const rows =
    await product.admin`select kind, failures from sign_in_delay where key in ('parallel@halden.example', '203.0.113.200') order by kind`;
  expect(rows).toEqual([
    { kind: "account", failures: 8 },
    { kind: "address", failures: 8 },
  ]);
});

it("shares the address's delay and its counting with refused registrations", async () => {
  const request = fromElsewhere();
  const input = (i: number) => ({
    name: "Stranger",
    email: `stranger-${i}@halden.example`,
    password: rightPassword,
    // A link that opens nothing: whoever tries them costs no hash.
    link: "x".repeat(43),
  });
  const hashes = hashesComputed().total;
  for (let i = 0; i < 6; i += 1) {
    expect(await register.execute({ principal, request, input: input(i) })).toMatchObject({
      ok: false,
      code: "closed",
    });
  }
  await hold(request.ip ?? "");
  await earlyInTheMinute();
  const further = await Promise.all(
    Array.from({ length: 6 }, (_, i) => register.execute({ principal, request, input: input(6 + i) })),
  );
  for (const answer of further) expect(answer).toMatchObject({ ok: false, code: "throttled" });
  expect(hashesComputed().total).toBe(hashes);
  expect(await tryOnce("owner@halden.example", request)).toMatchObject({ code: "throttled" });
  await closeMinute(product);
  const events = await product.events("user.creation_failed");
  expect(triesOf(events)).toBe(12);
  const counted = events.filter((e) => e.details.reason === "throttled");
  expect(counted).toHaveLength(1);
  expect(counted[0]).toMatchObject({
    actor_type: "user",
    target_label: "-",
    account_id: null,
    details: { count: 6 },
  });
  expect(counted[0]?.actor_id).toBe(counted[0]?.target_id);
}, 40_000);
