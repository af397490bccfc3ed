import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { principalOfApiKey } from "@/lib/access/api-keys";
import type { UserPrincipal } from "@/lib/access/principal";
import {
  breakTheLog,
  byKey,
  countOf,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { createApiKey } from "./create-api-key";
import { deleteApiKey } from "./delete-api-key";

let product: TestProduct;
let member: UserPrincipal;
let former: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  former = await product.person("former@halden.example", null);
});
afterAll(() => product.close());

const request = testRequest;

describe("create-api-key", () => {
  it("records api_key.created with the public id, never the key or its hash", async () => {
    const result = await createApiKey.execute({ principal: member, request, input: { name: "ci-nightly" } });
    if (!result.ok || "repeated" in result) throw new Error("refused");
    const [event] = await product.events("api_key.created");
    expect(event).toMatchObject({
      operation: "CREATE_API_KEY",
      actor_type: "user",
      actor_id: member.accountId,
      account_id: member.accountId,
      actor_email: member.email,
      ip: "203.0.113.7",
      target_type: "api_key",
      target_id: result.value.id,
      target_label: "ci-nightly",
      metadata: { api_key: "ci-nightly" },
    });
    const [stored] =
      await product.admin`select encode(key_hash, 'hex') as hash from api_key where id = ${result.value.id}`;
    const whole = JSON.stringify(event);
    expect(whole).not.toContain(result.value.key);
    expect(whole).not.toContain(stored?.hash);
    expect(await principalOfApiKey(result.value.key)).toMatchObject({
      keyId: result.value.id,
      accountId: member.accountId,
    });
  });

  it("refuses a second key of the name and records the failed twin alone", async () => {
    const keys = await countOf("api_key");
    const result = await createApiKey.execute({ principal: member, request, input: { name: "ci-nightly" } });
    expect(result).toMatchObject({ ok: false, code: "exists" });
    expect(await countOf("api_key")).toBe(keys);
    const [event, ...more] = await product.events("api_key.creation_failed");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      outcome: "failure",
      action_type: "created",
      target_type: "org",
      target_id: "1",
      metadata: { api_key: "ci-nightly" },
    });
  });

  it("does nothing and records nothing twice under one attempt id, and never shows the key again", async () => {
    const attemptId = randomUUID();
    const call = { principal: member, request, input: { name: "once" }, attemptId };
    const [first, second] = await Promise.all([createApiKey.execute(call), createApiKey.execute(call)]);
    const repeats = [first, second].filter((r) => r.ok && "repeated" in r);
    expect(repeats).toHaveLength(1);
    expect((await product.events("api_key.created")).filter((e) => e.target_label === "once")).toHaveLength(
      1,
    );
    expect(await createApiKey.execute({ ...call, input: { name: "other" } })).toMatchObject({
      ok: false,
      code: "conflict",
    });
  });

  it("refuses someone without a membership with the failed twin", async () => {
    const result = await createApiKey.execute({ principal: former, request, input: { name: "sneaky" } });
    expect(result.ok).toBe(false);
    const events = await product.events("api_key.creation_failed");
    expect(events.at(-1)).toMatchObject({ actor_id: former.accountId, details: { reason: "forbidden" } });
  });

  it("makes no key when the log takes no event", async () => {
    const keys = await countOf("api_key");
    const mend = await breakTheLog(product);
    const result = await createApiKey.execute({ principal: member, request, input: { name: "unrecorded" } });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("api_key")).toBe(keys);
  });

  it.each(["\0nul", "\u202Ebidi", "line\nbreak", "=1+1", "<script>alert(1)</script>", "\ud800lone"])(
    "stores the hostile name %j safely and records it",
    async (name) => {
      const result = await createApiKey.execute({ principal: member, request, input: { name } });
      expect(result.ok).toBe(true);
      const events = await product.events("api_key.created");
      expect(events.at(-1)?.target_label).toBe(name.trim().replace("\0", "\u2400").toWellFormed());
    },
  );

  it("refuses unknown fields and overlong names without a record", async () => {
    const before = (await product.events()).length;
    const calls = [{ name: "x", orgId: 2 }, { name: "x".repeat(65) }, { name: "" }, { name: ["a"] }, null];
    for (const input of calls)
      expect(await createApiKey.execute({ principal: member, request, input })).toMatchObject({
        ok: false,
        code: "invalid",
      });
    expect((await product.events()).length).toBe(before);
  });
});

describe("delete-api-key", () => {
  it("ends the key at once and records it, by a key as the person with the key in `via`", async () => {
    const made = await createApiKey.execute({ principal: member, request, input: { name: "short" } });
    if (!made.ok || "repeated" in made) throw new Error("refused");
    const result = await deleteApiKey.execute({
      principal: byKey(member),
      request,
      input: { name: "short" },
    });
    expect(result.ok).toBe(true);
    expect(await principalOfApiKey(made.value.key)).toBeNull();
    const [event] = await product.events("api_key.deleted");
    expect(event).toMatchObject({
      actor_type: "user",
      actor_id: member.accountId,
      details: { via: { apiKeyName: "ci" } },
      metadata: { api_key: "short" },
    });
  });

  it("finds a name with a line end as a form sends it back", async () => {
    await createApiKey.execute({ principal: member, request, input: { name: "two\nlines" } });
    const result = await deleteApiKey.execute({
      principal: member,
      request,
      input: { name: "two\r\nlines" },
    });
    expect(result).toMatchObject({ ok: true, value: { name: "two\nlines" } });
  });

  it("records the failed twin for a key that is not the person's", async () => {
    expect(
      await deleteApiKey.execute({ principal: member, request, input: { name: "nobody's" } }),
    ).toMatchObject({ ok: false, code: "not_found" });
    const [event] = await product.events("api_key.deletion_failed");
    expect(event).toMatchObject({
      outcome: "failure",
      target_type: "org",
      target_id: "1",
      metadata: { api_key: "nobody's" },
    });
  });
});
