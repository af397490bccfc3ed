import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { updateProfile } from "@/lib/features/accounts/commands/update-profile";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { type ActivityInput, ownActivity } from "@/lib/features/audit-log/own-activity";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import {
  fromElsewhere,
  personWithPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import { byKey, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

const ask = (principal: Principal, input: ActivityInput = {}) =>
  ownActivity.execute({ principal, request: testRequest, input });
async function activityOf(person: UserPrincipal, input: ActivityInput = {}) {
  const result = await ask(person, input);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}
const operations = (rows: { operation: string }[]) => rows.map((row) => row.operation);
const rename = (person: UserPrincipal, name: string) =>
  updateProfile.execute({
    principal: person,
    request: testRequest,
    input: { name, theme: "system", timeZone: "auto" },
  });
const searched = (href: string | undefined) => Object.fromEntries(new URLSearchParams(href?.slice(1)));

it("shows what a person did, what their keys did, and failed sign-ins on their account, newest first", async () => {
  const person = await personWithPassword(product);
  await signedInAs(person.email);
  await signIn.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { email: person.email, password: "not it at all" },
  });
  await createApiKey.execute({ principal: person, request: testRequest, input: { name: "ci", scopes: [] } });
  await createGuru.execute({
    principal: byKey(person),
    request: testRequest,
    input: { name: "By key", slug: `k-${randomUUID()}` },
  });
  await rename(person, "Another name");
  const { rows, cursors, event } = await activityOf(person);
  expect(operations(rows)).toEqual([
    "UPDATE_USER",
    "CREATE_GURU",
    "CREATE_API_KEY",
    "LOGIN_FAILED",
    "LOGIN_SUCCESS",
  ]);
  expect(rows[1]?.actor.type).toBe("api_key");
  expect(cursors).toEqual({});
  expect(event).toBeUndefined();
});

it.each(["owner", "auditor", "member"] as const)(
  "has nothing of others, also for an %s, who reads the whole log elsewhere",
  async (role) => {
    const person =
      role === "owner"
        ? await product.person(`o-${randomUUID()}@halden.example`, "owner")
        : await product.person(`a-${randomUUID()}@halden.example`, role);
    const other = await product.person(`b-${randomUUID()}@halden.example`);
    await rename(other, "Somebody else");
    await rename(person, "Myself");
    const { rows } = await activityOf(person);
    expect(rows.map((row) => row.actor.id)).toEqual([person.accountId]);
    const [foreign] = (await product.events("user.updated")).filter((e) => e.account_id === other.accountId);
    const [own] = (await product.events("user.updated")).filter((e) => e.account_id === person.accountId);
    expect((await activityOf(person, { event: foreign?.id })).event).toBeNull();
    expect((await activityOf(person, { event: own?.id.toUpperCase() })).event).toMatchObject({
      id: own?.id,
      changes: [{ field: "name", after: "Myself" }],
    });
    // A place in the order of time says nothing of whose event stands there.
    const micros = String(BigInt(Date.now() + 60_000) * 1_000n);
    const around = await activityOf(person, { older: `${micros}-${foreign?.id}` });
    expect(around.rows.map((row) => row.actor.id)).toEqual([person.accountId]);
  },
);

it("pages back and forth without losing or doubling an event", async () => {
  const person = await product.person(`p-${randomUUID()}@halden.example`);
  for (let i = 0; i < 120; i += 1) await rename(person, `Name ${i}`);
  const first = await activityOf(person);
  expect(first.rows).toHaveLength(50);
  expect(first.cursors.newer).toBeUndefined();
  const second = await activityOf(person, searched(first.cursors.older));
  const third = await activityOf(person, searched(second.cursors.older));
  expect(third.cursors.older).toBeUndefined();
  const all = [...first.rows, ...second.rows, ...third.rows].map((row) => row.id);
  expect(new Set(all).size).toBe(120);
  const back = await activityOf(person, searched(third.cursors.newer));
  expect(back.rows.map((row) => row.id)).toEqual(second.rows.map((row) => row.id));
  const start = await activityOf(person, searched(back.cursors.newer));
  expect(start.rows.map((row) => row.id)).toEqual(first.rows.map((row) => row.id));
  for (const href of [second.cursors.older, second.cursors.newer])
    expect(href).not.toContain(person.accountId);
});

it("keeps to a range of time, also from page to page", async () => {
  const person = await product.person(`p-${randomUUID()}@halden.example`);
  await rename(person, "Before");
  const [{ at } = { at: "" }] = await product.admin<{ at: string }[]>`
    select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`;
  for (let i = 0; i < 60; i += 1) await rename(person, `After ${i}`);
  const later = await activityOf(person, { since: new Date(Date.parse(at) + 1).toISOString() });
  const rest = await activityOf(person, searched(later.cursors.older));
  expect([...later.rows, ...rest.rows]).toHaveLength(60);
  expect((await activityOf(person, { until: at })).rows).toHaveLength(1);
  expect((await activityOf(person, { until: "2001-01-01T00:00:00.000Z" })).rows).toEqual([]);
});

it.each(["", "x", "\0", "' or true --", "9".repeat(300), randomUUID()])(
  "an address with %j for a place or an event shows one's own newest events and no other",
  async (text) => {
    const person = await product.person(`p-${randomUUID()}@halden.example`);
    await rename(person, "Myself");
    const { rows, event } = await activityOf(person, { older: text, newer: text, event: text });
    expect(operations(rows)).toEqual(["UPDATE_USER"]);
    expect(event).toBeNull();
  },
);

it("is refused to nobody, and to whoever has no membership", async () => {
  expect(await ask(anonymousPrincipal)).toMatchObject({ ok: false, code: "unauthenticated" });
  const pending = await product.person(`p-${randomUUID()}@halden.example`, null);
  expect(await ask(pending)).toMatchObject({ ok: false, code: "not_found" });
});
