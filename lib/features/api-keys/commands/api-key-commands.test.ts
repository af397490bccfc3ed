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
import { othersApiKeys } from "../queries";
import { createApiKey } from "./create-api-key";
import { deleteApiKey } from "./delete-api-key";
import { revokeApiKey } from "./revoke-api-key";

let product: TestProduct;
let member: UserPrincipal;
let former: UserPrincipal;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  owner = await product.person("owner@halden.example", "owner");
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

async function keyOf(principal: UserPrincipal, name: string): Promise<{ id: string; key: string }> {
  const made = await createApiKey.execute({ principal, request, input: { name } });
  if (!made.ok || "repeated" in made) throw new Error("refused");
  return made.value;
}

describe("revoke-api-key", () => {
  it("ends anybody's key at once, and records whose it was", async () => {
    const { id, key } = await keyOf(member, "left-behind");
    const listed = await othersApiKeys.execute({ principal: owner, request, input: {} });
    expect(listed.ok && listed.value.rows.find((k) => k.id === id)).toMatchObject({
      name: "left-behind",
      holderEmail: member.email,
      opens: true,
    });
    expect(JSON.stringify(listed)).not.toContain(key);
    expect((await revokeApiKey.execute({ principal: owner, request, input: { id } })).ok).toBe(true);
    expect(await principalOfApiKey(key)).toBeNull();
    expect((await product.events("api_key.deleted")).at(-1)).toMatchObject({
      operation: "DELETE_API_KEY",
      actor_type: "user",
      actor_id: owner.accountId,
      target_type: "api_key",
      target_id: id,
      target_label: "left-behind",
      metadata: { api_key: "left-behind" },
      details: { holder: member.email },
    });
  });

  it("records the failed twin for a key that is not there, or another organization's", async () => {
    await product.admin`insert into organization (id, name) values (2, 'Elsewhere') on conflict do nothing`;
    const { id } = await keyOf(member, "moved");
    await product.admin`update api_key set org_id = 2 where id = ${id}`;
    for (const each of [id, randomUUID()]) {
      const result = await revokeApiKey.execute({ principal: owner, request, input: { id: each } });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
      expect((await product.events("api_key.deletion_failed")).at(-1)).toMatchObject({
        actor_id: owner.accountId,
        metadata: { api_key: each, message: expect.stringContaining("does not exist") },
        details: { reason: "not_found" },
      });
    }
    const listed = await othersApiKeys.execute({ principal: owner, request, input: {} });
    expect(listed.ok && listed.value.rows.some((k) => k.id === id)).toBe(false);
  });

  it("is the owner's alone", async () => {
    const auditor = await product.person("auditor@halden.example", "auditor");
    const { id, key } = await keyOf(owner, "of-the-owner");
    for (const principal of [member, auditor, byKey(member), byKey(owner, ["audit:read"])]) {
      const result = await revokeApiKey.execute({ principal, request, input: { id } });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
      const listed = await othersApiKeys.execute({ principal, request, input: {} });
      expect(listed).toMatchObject({ ok: false, code: "not_found" });
    }
    expect(await principalOfApiKey(key)).not.toBeNull();
  });

  it("ends once under parallel clicks, and not at all when the log takes no event", async () => {
    const { id, key } = await keyOf(member, "raced");
    const call = { principal: owner, request, input: { id } };
    const mend = await breakTheLog(product);
    expect(await revokeApiKey.execute(call)).toMatchObject({ ok: false, code: "internal" });
    await mend();
    expect(await principalOfApiKey(key)).not.toBeNull();
    const results = await Promise.all(Array.from({ length: 5 }, () => revokeApiKey.execute(call)));
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    expect((await product.events("api_key.deleted")).filter((e) => e.target_id === id)).toHaveLength(1);
  });
});

describe("GURULOG_API_KEYS_OWNER_ONLY", () => {
  it("refuses members' keys at once, new ones with the failed twin, and leaves the owner's", async () => {
    const { key } = await keyOf(member, "before-the-rule");
    const { key: owners } = await keyOf(owner, "owners-own");
    product.runtime.env.GURULOG_API_KEYS_OWNER_ONLY = true;
    try {
      expect(await principalOfApiKey(key)).toBeNull();
      expect(await principalOfApiKey(owners)).toMatchObject({ accountId: owner.accountId });
      const refused = await createApiKey.execute({
        principal: member,
        request,
        input: { name: "after-the-rule" },
      });
      expect(refused).toMatchObject({ ok: false, code: "forbidden" });
      expect((await product.events("api_key.creation_failed")).at(-1)).toMatchObject({
        actor_id: member.accountId,
        metadata: { api_key: "after-the-rule", message: expect.stringContaining("Only the owner") },
      });
      await keyOf(owner, "still-possible");
      const cleared = await deleteApiKey.execute({
        principal: member,
        request,
        input: { name: "before-the-rule" },
      });
      expect(cleared.ok).toBe(true);
    } finally {
      product.runtime.env.GURULOG_API_KEYS_OWNER_ONLY = false;
    }
  });

  it("is off by default: keys that it held back open again", async () => {
    const { key } = await keyOf(member, "comes-back");
    product.runtime.env.GURULOG_API_KEYS_OWNER_ONLY = true;
    expect(await principalOfApiKey(key)).toBeNull();
    product.runtime.env.GURULOG_API_KEYS_OWNER_ONLY = false;
    expect(await principalOfApiKey(key)).not.toBeNull();
  });
});
