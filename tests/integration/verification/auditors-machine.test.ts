import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runtime } from "@/lib/platform/runtime";
import { openLog } from "@/scripts/verify/open-log";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

let product: TestProduct;
const empty = mkdtempSync(path.join(tmpdir(), "gurulog-auditor-"));
beforeAll(async () => {
  product = await createTestProduct();
  await product.admin`update audit_config set keys_fingerprint = 'of keys that are elsewhere'`;
});
afterAll(async () => {
  await product.close();
  rmSync(empty, { recursive: true });
});

it("the log is verified without the product's secrets where its key is given, and only there", async () => {
  const { env, urls } = runtime();
  const settings = { env: { ...env, DATABASE_URL: urls.direct }, dataDir: empty };
  await expect(openLog(settings, () => {})).rejects.toThrow("keys that are not here");
  const opened = await openLog(settings, () => {}, true);
  expect(opened).toMatchObject({ url: urls.direct, orgIds: [1], keys: null });
  await opened.close();
  expect(readdirSync(empty)).toEqual([]);
});
