import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { resealAll } from "@/lib/access/reseal";
import { startFactor } from "@/lib/access/second-factor";
import { db } from "@/lib/db/client";
import { writeSecret } from "@/lib/features/secrets/commands/write-secret";
import { setRuntime } from "@/lib/platform/runtime";
import type { KeyRing } from "@/lib/platform/secret-box";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { agree } from "../../../scripts/serve/agreement";
import { keysFingerprint } from "../../../scripts/serve/keys-fingerprint";
import { StartError } from "../../../scripts/serve/start-error";
import { done, guruOf } from "../gurus/guru-for-tests";

const newKey = (id: string) => ({ id, key: randomBytes(32) });
const [old, fresh] = [newKey("old"), newKey("fresh")];

let product: TestProduct;
let member: UserPrincipal;
beforeEach(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
});
afterEach(() => product?.close());

/** A start with these keys, and its end. */
async function start(...ring: KeyRing): Promise<void> {
  const keys = { ...product.runtime.keys, encryptionKeys: ring };
  const { release } = await agree({
    maintenanceUrl: product.database.urls.maintenance,
    directUrl: product.database.urls.app,
    mode: "enforced",
    roles: product.database.roles,
    env: product.runtime.env,
    keysFingerprint: keysFingerprint(keys),
    sealingKeys: ["s1"],
    encryptionKeys: ring.map(({ id }) => id),
  });
  await release();
  setRuntime({ ...product.runtime, keys });
}

const storeSecret = async () => {
  const { slug } = await guruOf(member);
  const input = { guru: slug, name: "GIT_TOKEN", secretValue: "a value" };
  done(await writeSecret.execute({ principal: member, request, input }));
};
const setUpFactor = () => db().transaction((tx) => startFactor(tx, member.accountId));

describe("a key leaves the ring", () => {
  it.each([
    ["a secret", storeSecret],
    ["a second factor", setUpFactor],
  ])("only after %s was encrypted anew", async (_, store) => {
    await start(old);
    await store();
    await start(fresh, old);
    const refused = await start(fresh).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as StartError).message).toMatch(
      /^GURULOG_ENCRYPTION_KEY [^\n]*: old\. Put it back behind the new one, run npm run rotate-secrets, then take it away\.$/,
    );
    // The refused start is not remembered: the ring with both goes on as before.
    await start(fresh, old);
    await resealAll(product.admin, [fresh, old]);
    await start(fresh);
  });

  it("at once where nothing was encrypted with it, and damaged bytes keep no key", async () => {
    await start(old);
    await start(fresh, old);
    await setUpFactor();
    await start(fresh);
    for (const bytes of [
      "",
      "01",
      "02",
      "01ff",
      "ff03616263",
      `0103616263${"00".repeat(27)}`,
      `0103610a63${"00".repeat(28)}`,
    ]) {
      await product.admin`update account_factor set secret = decode(${bytes}, 'hex')`;
      await start(fresh);
    }
  });
});
