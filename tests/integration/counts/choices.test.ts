import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { choicesOf, mostChoices, searchChoices } from "@/lib/audit/query/facets";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, setClock, type TestEvent } from "../sealer/events-for-tests";

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const people = 70;
const email = (n: number) => `person-${String(n).padStart(2, "0")}@halden.example`;
const [billing, gone] = [uuid(901), uuid(902)];
const whole = { orgId: 1, guruScope: null };
const ofBilling = { orgId: 1, guruScope: billing };

/** Person n acts n times, every second time in the guru; the last one only in the tail. */
const actsOf = (n: number): TestEvent[] =>
  Array.from({ length: n }, (_, i) => ({
    actor_type: "user",
    actor_id: uuid(n),
    account_id: uuid(n),
    actor_email: email(n),
    operation: i % 2 === 0 ? "ASK_GURU" : "EDIT_100%_DONE",
    ...(i % 2 === 0 && n > 60 ? { guru_id: billing, guru_name: "Billing" } : {}),
  }));

let product: TestProduct;
async function seal() {
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
}
beforeAll(async () => {
  product = await createTestProduct();
  const { admin } = product;
  await admin`insert into guru (id, org_id, slug, name) values (${billing}, 1, 'billing', 'Billing & Öre')`;
  await admin`insert into retired_guru (id, org_id, slug, name) values (${gone}, 1, 'gone', 'Gone')`;
  await insertEvents(admin, Array.from({ length: people - 1 }, (_, i) => actsOf(i + 1)).flat());
  await insertEvents(admin, [{ guru_id: gone, guru_name: "Gone then" }]);
  await seal();
  await insertEvents(admin, actsOf(people));
});
afterAll(() => product.close());

describe("the choices of a page", () => {
  it("are the most frequent, and whatever is chosen, with how many are left out", async () => {
    const { choices, more } = await choicesOf(whole, { actor: [uuid(3), "nobody", uuid(9_999)] });
    const ranks = Array.from({ length: mostChoices }, (_, i) => people - i);
    const { value: system, count } = choices.actor.find((c) => c.value === "system") ?? {};
    expect([system, count]).toEqual([undefined, undefined]);
    expect(choices.actor).toEqual(
      [...ranks, 3].map((n) => ({ value: uuid(n), label: email(n), count: n, actorType: "user" })),
    );
    // With System, whose single act is too few.
    expect(more.actor).toBe(people + 1 - mostChoices - 1);
    expect(choices.guru.map((c) => [c.value, c.label])).toEqual([
      ["none", "No guru"],
      ["billing", "Billing & Öre"],
      ["gone", "Gone (deleted)"],
    ]);
    expect([more.guru, more.operation, more.outcome]).toEqual([0, 0, 0]);
  });

  it("are of the scope alone: on a guru's page neither others' names nor their counts", async () => {
    const { choices, more } = await choicesOf(ofBilling, { actor: [uuid(3)], guru: ["gone"] });
    const ranks = Array.from({ length: 10 }, (_, i) => people - i);
    expect(choices.actor.map((c) => c.count)).toEqual(ranks.map((n) => Math.ceil(n / 2)));
    expect(choices.actor.map((c) => c.label).sort()).toEqual(ranks.map(email).sort());
    expect([choices.guru, more.actor]).toEqual([[], 0]);
  });

  it("leave out the days that have expired before the cleanup has been there, and change the order", async () => {
    const { admin } = product;
    await admin`select audit_make_partition(now() - interval '30 days')`;
    await admin.begin(async (tx) => {
      await setClock(tx, new Date(Date.now() - 30 * 86_400_000).toISOString());
      await insertEvents(
        tx,
        Array.from({ length: 200 }, () => actsOf(1)[0] ?? {}),
      );
      await insertEvents(tx, [
        { ...actsOf(1)[0], account_id: uuid(500), actor_email: "once@halden.example" },
      ]);
    });
    await seal();
    expect((await choicesOf(whole)).choices.actor[0]).toMatchObject({ value: uuid(1), count: 201 });
    await admin`update audit_config set retention_days = 10`;
    const { choices } = await choicesOf(whole, { actor: [uuid(1), uuid(500)] });
    expect(choices.actor[0]).toMatchObject({ value: uuid(people), count: people });
    expect(choices.actor.at(-1)).toMatchObject({ value: uuid(1), count: 1 });
    expect((await searchChoices(whole, "actor", "once@")).choices).toEqual([]);
    expect(choices.actionType.reduce((sum, c) => sum + c.count, 0)).toBe((people * (people + 1)) / 2 + 1);
  });
});

describe("searching choices", () => {
  it("finds what a label holds, whatever its case, and says when there are more", async () => {
    const found = await searchChoices(whole, "actor", "PERSON-0");
    expect(found.choices.map((c) => c.label)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].map(email));
    expect(found.more).toBe(false);
    const all = await searchChoices(whole, "actor", "");
    expect([all.choices.length, all.more]).toEqual([mostChoices, true]);
    expect((await searchChoices(whole, "guru", "öRE")).choices).toEqual([
      { value: "billing", label: "Billing & Öre", count: expect.any(Number) },
    ]);
    expect((await searchChoices(whole, "guru", "(DELETED")).choices.map((c) => c.value)).toEqual(["gone"]);
    expect((await searchChoices(whole, "actor", "sys")).choices).toEqual([
      { value: "system", label: "System", count: 1, actorType: "system" },
    ]);
  });

  it("takes every text for itself", async () => {
    expect((await searchChoices(whole, "operation", "100%_")).choices.map((c) => c.value)).toEqual([
      "EDIT_100%_DONE",
    ]);
    for (const text of ["%", "_N_", "\\", "'; drop table audit_facet;--", "$1", "\u202e", "🦊"]) {
      const { choices } = await searchChoices(whole, "operation", text);
      const folded = text.toLowerCase();
      expect([text, choices.every((c) => c.label.toLowerCase().includes(folded))]).toEqual([text, true]);
    }
  });

  it("stays within the guru", async () => {
    expect((await searchChoices(ofBilling, "actor", email(5))).choices).toEqual([]);
    expect((await searchChoices(ofBilling, "actor", email(65))).choices).toMatchObject([{ count: 33 }]);
    expect((await searchChoices(ofBilling, "guru", "")).choices).toEqual([]);
  });
});
