import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestProduct, type TestProduct } from "../../support/product";
import { contentOf, openWorkshop, type Workshop } from "./backup-for-tests";
import { fillWithHostileRows, nastyTexts } from "./hostile-rows";

let source: TestProduct;
let workshop: Workshop;

beforeAll(async () => {
  workshop = openWorkshop();
  source = await createTestProduct();
});

afterAll(async () => {
  await source.close();
  workshop.close();
});

test("every table comes back byte for byte, whatever its rows hold", async () => {
  const { admin } = source;
  expect(await fillWithHostileRows(admin)).toEqual([]);
  await admin`update audit_config set keys_fingerprint = null`; // hostile ones belong to no keys
  const long = `${nastyTexts.join("")}x`.repeat(90_000);
  expect(long.length).toBeGreaterThan(10_000_000);
  await admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type,
      target_id, target_label, version, details, metadata)
    select 1, 'a', 'b', 'access', 'c', 'success', 'user', ${nastyTexts[4] ?? ""}, 'd', 'e', ${long}, '0', '{"a": "\\\\."}', null
    from generate_series(1, 3)`;
  await admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`insert into upload_chunk values (gen_random_uuid(), 0, decode(repeat('00ff5c0a', 2500000), 'hex'))`;
  });
  await admin`select audit_list_kinds()`; // as each start does
  const before = await contentOf(source.database.urls.admin);
  const file = await workshop.backUp(source.database.urls.admin);

  const dataDir = workshop.newDataDir();
  const { manifest, setAside } = await workshop.restore(file, dataDir);
  expect(setAside).toBeNull();
  const after = await workshop.onDatabase(dataDir, (_, url) => contentOf(url));
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  const different = Object.keys(before).filter((name) => before[name] !== after[name]);
  expect(different).toEqual([]);
  expect(manifest.tables.length).toBeGreaterThan(30);
}, 120_000);
