import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { updateProfile } from "@/lib/features/accounts/commands/update-profile";
import { timeZones } from "@/lib/features/accounts/schemas";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

const update = (principal: Principal, input: unknown, attemptId?: string) =>
  updateProfile.execute({ principal, request: testRequest, input, ...(attemptId ? { attemptId } : {}) });
const rowOf = async (person: UserPrincipal) =>
  (await product.admin`select name, theme, time_zone from account where id = ${person.accountId}`)[0];
const eventsOf = async (person: UserPrincipal) =>
  (await product.events()).filter((e) => e.account_id === person.accountId);
const someone = (role: "owner" | "auditor" | "member" | null = "member") =>
  product.person(`p-${randomUUID()}@halden.example`, role);

it.each(["auditor", "member", null] as const)(
  "a person (%s) changes their name, theme and time zone: each before and after",
  async (role) => {
    const person = await someone(role);
    const input = { name: "  Ida Berg ", theme: "dark", timeZone: "Europe/Oslo" };
    expect(await update(person, input)).toEqual({ ok: true, value: { theme: "dark" } });
    expect(await rowOf(person)).toEqual({ name: "Ida Berg", theme: "dark", time_zone: "Europe/Oslo" });
    const [event, ...more] = await eventsOf(person);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "UPDATE_USER",
      actor_id: person.accountId,
      target_id: person.accountId,
      target_label: person.email,
      changes: [
        { field: "name", before: person.name, after: "Ida Berg" },
        { field: "theme", before: "system", after: "dark" },
        { field: "time_zone", before: "auto", after: "Europe/Oslo" },
      ],
    });
  },
);

it("records only what changed, and nothing when nothing did", async () => {
  const person = await someone();
  const input = { name: person.name, theme: "light", timeZone: "auto" };
  await update(person, input);
  expect(await update(person, input)).toMatchObject({ ok: true });
  expect((await eventsOf(person)).map((e) => e.changes)).toEqual([
    [{ field: "theme", before: "system", after: "light" }],
  ]);
});

it("is done once under one attempt id", async () => {
  const person = await someone();
  const attempt = randomUUID();
  const input = { name: "Another name", theme: "system", timeZone: "auto" };
  await update(person, input, attempt);
  expect(await update(person, input, attempt)).toMatchObject({ ok: true, repeated: true });
  expect(await eventsOf(person)).toHaveLength(1);
});

it.each([
  ["name", { name: "" }],
  ["name", { name: "   " }],
  ["name", { name: "x".repeat(101) }],
  ["name", { name: "x".repeat(10_000_000) }],
  ["theme", { theme: "blue" }],
  ["theme", { theme: '"><script>' }],
  ["timeZone", { timeZone: "Moon/Crater" }],
  ["timeZone", { timeZone: "+14:00" }],
  ["timeZone", { timeZone: "" }],
])("refuses a wrong %s beside its field", async (field, wrong) => {
  const person = await someone();
  const result = await update(person, { name: "Ida", theme: "system", timeZone: "UTC", ...wrong });
  expect(result).toMatchObject({
    ok: false,
    code: "invalid",
    fieldErrors: { [field]: [expect.any(String)] },
  });
  expect(await eventsOf(person)).toEqual([]);
});

it("is for a person who is signed in: not for a key, nor for nobody", async () => {
  const person = await someone();
  const input = { name: "Taken over", theme: "system", timeZone: "auto" };
  for (const principal of [anonymousPrincipal, byKey(person)])
    expect(await update(principal, input)).toMatchObject({ ok: false, code: "unauthenticated" });
  expect(await rowOf(person)).toMatchObject({ name: person.name });
});

it("changes nothing when the log takes no event", async () => {
  const person = await someone();
  const mend = await breakTheLog(product);
  const result = await update(person, { name: "Another name", theme: "dark", timeZone: "UTC" });
  await mend();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await rowOf(person)).toMatchObject({ name: person.name, theme: "system" });
});

it("offers every zone of the world once, by a name that can be used", () => {
  const zones = timeZones();
  expect(zones).toContain("UTC");
  expect(zones).toContain("Europe/Oslo");
  expect(new Set(zones).size).toBe(zones.length);
  for (const timeZone of zones) expect(() => new Intl.DateTimeFormat("en", { timeZone })).not.toThrow();
});
