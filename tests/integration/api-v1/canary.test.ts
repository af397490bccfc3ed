import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiKeyHash } from "@/lib/access/api-keys";
import type { UserPrincipal } from "@/lib/access/principal";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { othersApiKeys, ownApiKeys } from "@/lib/features/api-keys/queries";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { closeCounters } from "@/lib/gate/counted";
import { inTransaction } from "@/lib/gate/transaction";
import { canary, foundIn } from "@/tests/support/canaries/forms";
import { catchOutput } from "@/tests/support/canaries/output";
import { placesToLook } from "@/tests/support/canaries/places";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { ask, keyOf } from "../audit-api/api-harness";
import { done, giveRole, guruOf, textIn } from "../gurus/guru-for-tests";
import { askV1, type V1Asking } from "./v1-harness";

let product: TestProduct;
let owner: UserPrincipal;
let guru: { id: string; slug: string };
beforeAll(async () => {
  product = await createTestProduct({ GURULOG_ANSWERS_PER_MINUTE: "40" });
  owner = await product.person("owner@halden.example", "owner");
  guru = await guruOf(owner);
  await indexDataSource({
    dataSourceId: await textIn(guru.slug, owner, "Rollback", "Roll back the gateway."),
  });
});
afterAll(() => product?.close());

const nobodys = () => `sourcebot-${randomBytes(32).toString("hex")}`;
/** What the answers of the doors are, headers too. */
const seen: unknown[] = [];
async function statusOf(answering: Promise<Response>): Promise<number> {
  const answer = await answering;
  seen.push([answer.status, await answer.text(), [...answer.headers]]);
  return answer.status;
}

const id = randomUUID();
const endpoints: [Parameters<typeof askV1>[1], V1Asking][] = [
  ["answer/", { body: { question: "gateway?" } }],
  ["answer/", { body: { question: "gateway?", stream: true } }],
  ["semantic-search/", { body: { question: "gateway?" } }],
  ["data-sources/", { method: "GET" }],
  ["data-sources/", { body: { text_sources: [{ name: "A", content: "B" }] } }],
  ["data-sources/", { method: "DELETE", body: { ids: [id] } }],
  ["data-sources/reindex/", { body: { ids: [id] } }],
  ["analytics/export/", { body: { export_type: "json" } }],
  ["analytics/export/", { body: { export_type: "xlsx" } }],
];

/** Sends a key to every door that takes one, in the header that it belongs in. @returns the statuses */
async function everywhere(key: string): Promise<number[]> {
  const statuses: number[] = [];
  for (const [path, asking] of endpoints) {
    const repeated = { ...asking, key, idempotencyKey: randomUUID() };
    statuses.push(await statusOf(askV1(guru.slug, path, { ...asking, key })));
    if (asking.method === undefined)
      for (let times = 0; times < 2; times++) await statusOf(askV1(guru.slug, path, repeated));
    await statusOf(askV1("nowhere", path, { ...asking, key }));
  }
  const ways: Record<string, string>[] = [{ "x-sourcebot-api-key": key }, { authorization: `Bearer ${key}` }];
  for (const headers of ways)
    for (const method of ["GET", "HEAD"] as const) {
      statuses.push(await statusOf(ask("?view=full&perPage=100", { headers, method })));
      await statusOf(ask("?perPage=many", { headers, method }));
      await statusOf(ask("", { headers: { ...headers, "x-org-domain": "elsewhere" }, method }));
    }
  return statuses;
}

it("an API key is found nowhere but as its keyed hash, taken or refused, by whichever door and however sent", async () => {
  const viewer = await product.person("viewer@halden.example");
  await giveRole(guru.id, viewer, "viewer");
  const stranger = await product.person("stranger@halden.example");
  // Each of these is told once, where it is made.
  const keys = {
    owners: await keyOf(owner, { name: "of the owner" }),
    viewers: await keyOf(viewer),
    strangers: await keyOf(stranger),
    ofOneScope: await keyOf(owner, { scopes: ["search"] }),
    deleted: await keyOf(owner, { name: "deleted" }),
    expired: await keyOf(owner, { name: "expired" }),
    ofNobody: nobodys(),
    malformed: canary("malformed-key"),
    cut: nobodys().slice(0, -2),
    inAuthorization: nobodys(),
    inAddress: nobodys(),
    inBody: canary("in-body"),
    inSourcesAddress: canary("in-source"),
    whileTheLogIsBroken: await keyOf(owner, { name: "broken log" }),
  };
  const common = { principal: owner, request };
  done(await deleteApiKey.execute({ ...common, input: { name: "deleted" } }));
  await product.admin`update api_key set expires_at = now() - interval '1 hour' where name = 'expired'`;
  const output = catchOutput();
  try {
    expect([...new Set(await everywhere(keys.owners))].sort()).toEqual([200, 404]);
    expect(await everywhere(keys.viewers)).toEqual(expect.arrayContaining([200, 403]));
    expect(new Set(await everywhere(keys.strangers))).toEqual(new Set([403, 404]));
    expect(await everywhere(keys.ofOneScope)).toContain(403);
    for (const refused of [keys.deleted, keys.expired, keys.ofNobody, keys.malformed, keys.cut])
      expect(new Set(await everywhere(refused))).toEqual(new Set([401]));

    // Where it does not belong.
    const bearer = {
      authorization: `Bearer ${keys.inAuthorization}`,
      "x-sourcebot-api-key": keys.inAuthorization,
    };
    for (const [path, asking] of endpoints) {
      expect(await statusOf(askV1(guru.slug, path, { ...asking, headers: bearer }))).toBe(401);
      await statusOf(askV1(guru.slug, path, { ...asking, query: `?api_key=${keys.inAddress}` }));
      await statusOf(
        askV1(guru.slug, path, { ...asking, key: keys.owners, query: `?key=${keys.inAddress}` }),
      );
      if (asking.method === undefined)
        await statusOf(askV1(guru.slug, path, { key: keys.owners, body: { api_key: keys.inBody } }));
    }
    await statusOf(ask(`?api_key=${keys.inAddress}`, { key: keys.owners }));
    await statusOf(ask(`?api_key=${keys.inAddress}`));
    const address = `https://name:${keys.inSourcesAddress}@host.example/team`;
    for (const idempotencyKey of [undefined, randomUUID()]) {
      const sent = { website_urls: [address, `${address} x`], github_urls: [address] };
      const asking = { key: keys.owners, body: sent, ...(idempotencyKey ? { idempotencyKey } : {}) };
      for (let times = 0; times < 2; times++) await statusOf(askV1(guru.slug, "data-sources/", asking));
    }

    const mend = await breakTheLog(product);
    const broken = await everywhere(keys.whileTheLogIsBroken);
    expect(broken).toContain(500);
    await everywhere(keys.ofNobody);
    const input = { name: "never made", scopes: [], expiresInDays: null };
    seen.push(await createApiKey.execute({ ...common, input }));
    await mend();
    await product.admin`update audit_counter set minute = minute - interval '1 hour'`;
    await inTransaction(closeCounters);
    seen.push(await ownApiKeys.execute({ ...common, input: null }));
    seen.push(await othersApiKeys.execute({ ...common, input: { page: 1, search: "" } }));
  } finally {
    output.release();
  }

  const places = await placesToLook(product, output.text(), seen);
  const digits = Object.entries(keys).map(([name, key]) => [
    `digits of ${name}`,
    key.replace("sourcebot-", ""),
  ]);
  expect(foundIn(places, { ...keys, ...Object.fromEntries(digits) })).toEqual([]);
  // The search sees what is there: the hash, in its own table alone, and that keys were refused.
  const hash = apiKeyHash(keys.owners).toString("hex");
  expect([...places].filter(([, text]) => text.includes(hash)).map(([place]) => place)).toEqual([
    "public.api_key",
  ]);
  for (const format of ["csv", "json", "xlsx", "zip"]) {
    expect(places.get(format)).toContain("of the owner");
    expect(places.get(format)).toMatch(/api_key\.rejected|API_KEY_REJECTED/);
  }
  expect(places.get("the output")).toContain("the log is broken for a test");
}, 60_000);
