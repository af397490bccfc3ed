import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openIntegration, sealCredentials } from "@/lib/access/integrations";
import type { UserPrincipal } from "@/lib/access/principal";
import { resealAll } from "@/lib/access/reseal";
import { readDb } from "@/lib/db/client";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { assertKeysInUse } from "../../../scripts/serve/keys-in-use";
import { done, guruOf } from "../gurus/guru-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
});
afterAll(() => product?.close());

/** As a form whose service has said yes leaves it. */
async function tied(
  guruId: string,
  type: "JIRA" | "SLACK",
  credentials: Record<string, string>,
): Promise<string> {
  const sealed = sealCredentials(guruId, type, credentials);
  const [row] = await product.admin<{ id: string }[]>`
    insert into integration (guru_id, type, base_url, account_name, credentials, key_id, created_by)
    values (${guruId}, ${type}, 'https://jira.example', 'Ida Berg', ${sealed.credentials}, ${sealed.keyId}, ${member.accountId})
    returning id`;
  return row?.id ?? "";
}

it("credentials are encrypted anew with the first key, and the old one is needed until then", async () => {
  const guru = await guruOf(member);
  const id = await tied(guru.id, "JIRA", { email: "i.berg@halden.example", apiToken: "token-1" });
  const old = product.runtime.keys.encryptionKeys;
  const fresh = { id: "fresh", key: randomBytes(32) };
  await expect(assertKeysInUse(product.admin, ["fresh"])).rejects.toThrow(/still encrypted with: test/);
  expect(await resealAll(product.admin, [fresh, ...old])).toMatchObject({ integrations: 1, unreadable: [] });
  await assertKeysInUse(product.admin, ["fresh"]);
  setRuntime({ ...product.runtime, keys: { ...product.runtime.keys, encryptionKeys: [fresh] } });
  expect((await openIntegration(readDb(), id))?.credentials.apiToken).toBe("token-1");
  setRuntime(product.runtime);
  await expect(openIntegration(readDb(), id)).rejects.toMatchObject({ problem: "credentials" });
  await resealAll(product.admin, [...old, fresh]);
});

it("credentials open in no other row", async () => {
  const [one, two] = [await guruOf(member), await guruOf(member)];
  const from = await tied(one.id, "SLACK", { botToken: "a", signingSecret: "b" });
  const into = await tied(two.id, "SLACK", { botToken: "c", signingSecret: "d" });
  await product.admin`update integration set credentials = (select credentials from integration where id = ${from}) where id = ${into}`;
  await expect(openIntegration(readDb(), into)).rejects.toMatchObject({ problem: "credentials" });
});

it("a person who is erased is in no integration any more, and others' credentials stay", async () => {
  const person = await product.person("Ida.Berg@halden.example");
  const [one, two] = [await guruOf(member), await guruOf(member)];
  const theirs = await tied(one.id, "JIRA", { email: "ida.berg@HALDEN.example", apiToken: "token-of-ida" });
  const others = await tied(two.id, "JIRA", { email: "else@halden.example", apiToken: "token-2" });
  const input = { accountId: person.accountId, confirmation: person.email };
  done(await erasePerson.execute({ principal: owner, request, input }));
  expect(await openIntegration(readDb(), theirs)).toMatchObject({
    accountName: "(erased)",
    credentials: { email: "(erased)", apiToken: "(erased)" },
  });
  expect((await openIntegration(readDb(), others))?.credentials.apiToken).toBe("token-2");
});

it("integrations go with their guru, one event each, with its deletion as cause", async () => {
  const guru = await guruOf(member);
  const ids = [
    await tied(guru.id, "JIRA", { apiToken: "x" }),
    await tied(guru.id, "SLACK", { botToken: "y" }),
  ];
  const input = { guru: guru.slug, confirmation: guru.slug };
  done(await deleteGuru.execute({ principal: member, request, input }));
  const [lead] = (await product.events("guru.deleted")).slice(-1);
  const gone = (await product.events("integration.deleted")).filter((event) => event.guru_id === guru.id);
  expect(gone.map(({ target_id, cause }) => [target_id, cause]).sort()).toEqual(
    ids.map((id) => [id, lead?.id]).sort(),
  );
});
