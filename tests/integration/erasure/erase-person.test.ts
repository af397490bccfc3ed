import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKeyHash, mintApiKey } from "@/lib/access/api-keys";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { db } from "@/lib/db/client";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { erasurePreview, pastErasures } from "@/lib/features/erasure/queries";
import { breakTheLog, byKey, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { insertEvents } from "../sealer/events-for-tests";

import { type ErasureWorld, erasureWorld } from "./erasure-world";

let product: TestProduct;
let owner: UserPrincipal;
let newPerson: ErasureWorld["newPerson"];
let erase: ErasureWorld["erase"];
let eraseThem: ErasureWorld["eraseThem"];

beforeAll(async () => {
  ({ product, owner, newPerson, erase, eraseThem } = await erasureWorld());
});
afterAll(() => product.close());

describe("who may erase whom", () => {
  it("is the owner's alone", async () => {
    const person = await newPerson();
    const auditor = await product.person("auditor@halden.example", "auditor");
    for (const principal of [person, auditor, byKey(auditor)])
      expect(
        await erase({ accountId: person.accountId, confirmation: person.email }, principal),
      ).toMatchObject({ ok: false, code: "not_found" });
    for (const denied of await product.events("access.denied"))
      expect(JSON.stringify(denied.details)).not.toContain("halden");
  });

  it("is never the owner, and nobody who does not exist, and takes the address typed", async () => {
    const person = await newPerson();
    await eraseThem(await newPerson());
    const before = (await product.events()).length;
    const refusals: [object, string][] = [
      [{ accountId: owner.accountId, confirmation: owner.email }, "conflict"],
      [{ email: owner.email, confirmation: owner.email }, "conflict"],
      [{ accountId: crypto.randomUUID(), confirmation: "nobody@halden.example" }, "not_found"],
      [{ email: "nobody@halden.example", confirmation: "nobody@halden.example" }, "not_found"],
      [{ email: "no address", confirmation: "no address" }, "not_found"],
      [{ email: person.email, confirmation: person.email }, "conflict"],
      [{ accountId: person.accountId, confirmation: "p@halden.example" }, "invalid"],
      [{ accountId: person.accountId, confirmation: "" }, "invalid"],
      [{ accountId: person.accountId, email: person.email, confirmation: person.email }, "invalid"],
      [{ confirmation: person.email }, "invalid"],
      [{ accountId: person.accountId, confirmation: person.email, orgId: 2 }, "invalid"],
    ];
    for (const [input, code] of refusals) {
      const answer = await erase(input);
      expect([input, answer]).toEqual([input, expect.objectContaining({ ok: false, code })]);
      expect(JSON.stringify(answer)).not.toContain(person.email);
    }
    expect((await product.events()).length).toBe(before);
  });

  it("is refused to one who made the owner's old address theirs: it stays the owner's", async () => {
    await insertEvents(product.admin, [
      {
        actor_type: "user",
        actor_id: owner.accountId,
        account_id: owner.accountId,
        actor_email: "before@halden.example",
      },
    ]);
    expect(
      await erase({ email: "before@halden.example", confirmation: "before@halden.example" }),
    ).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("an erasure", () => {
  it("happens once for an attempt, and is not repeated", async () => {
    const person = await newPerson();
    await guruOf(person);
    const input = { accountId: person.accountId, confirmation: person.email };
    const attemptId = crypto.randomUUID();
    const first = done(await erase(input, owner, attemptId));
    expect(await erase(input, owner, attemptId)).toEqual({
      ok: true,
      value: null,
      repeated: true,
      targetId: first.erasureId,
    });
    expect(await erase(input, owner)).toMatchObject({ ok: false, code: "not_found" });
    const attempts = await product.admin`select * from attempt`;
    expect(JSON.stringify(attempts)).not.toContain(person.email);
    const past = done(await pastErasures.execute({ principal: owner, request, input: null }));
    expect(past[0]).toMatchObject({ id: first.erasureId, events: first.events });
    expect((await product.events("audit.person_erased")).at(-1)).toMatchObject({ id: past[0]?.eventId });
  });

  it("ends their sessions and keys at once", async () => {
    const person = await newPerson();
    const sid = await db().transaction((tx) => startSession(tx, person.accountId, request));
    const cookie = await sessionCookieValue(sid);
    expect(await principalOfCookie(cookie)).not.toBeNull();
    const key = mintApiKey();
    await product.admin`insert into api_key (org_id, account_id, name, key_hash) values (1, ${person.accountId}, 'ci', ${apiKeyHash(key)})`;
    done(await eraseThem(person));
    expect(await principalOfCookie(cookie)).toBeNull();
    expect((await product.admin`select from api_key where account_id = ${person.accountId}`).length).toBe(0);
  });

  it("counts beforehand what it erases", async () => {
    const person = await newPerson();
    const guru = await guruOf(owner);
    await giveRole(guru.id, person, "maintainer");
    await guruOf(person);
    done(
      await createApiKey.execute({
        principal: person,
        request,
        input: { name: "ci", scopes: [], expiresInDays: null },
      }),
    );
    const preview = done(
      await erasurePreview.execute({ principal: owner, request, input: { accountId: person.accountId } }),
    );
    expect(preview).toMatchObject({
      email: person.email,
      isOwner: false,
      hasAccount: true,
      keys: 1,
      gurus: 2,
      sessions: 0,
    });
    expect(done(await eraseThem(person)).events).toBe(preview?.events?.all);
  });
});

it("takes nothing when it cannot be recorded", async () => {
  const person = await newPerson();
  await guruOf(person);
  const mend = await breakTheLog(product);
  try {
    expect(await eraseThem(person)).toMatchObject({ ok: false, code: "internal" });
  } finally {
    await mend();
  }
  expect(await product.admin`select from account where id = ${person.accountId}`).toHaveLength(1);
  expect((await product.events("guru.created")).at(-1)?.actor_email).toBe(person.email);
});
