import { it } from "vitest";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, testRequest } from "@/tests/support/product";
it("measures", async () => {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  const ada = await product.person("ada@halden.example");
  const eve = await product.person("eve@halden.example");
  await product.admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, account_id,
      actor_email, ip, user_agent, target_type, target_id, target_label, changes, details, version)
    select 1, 'guru.updated', 'UPDATE_GURU', 'updated', 'GuruType', 'success', 'user', p.id, p.id::uuid, p.email, '203.0.113.9',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'guru', 'target',
      'source ' || i || case when i % 1000 = 1 then ' by ada@halden.example' else '' end,
      jsonb_build_array(jsonb_build_object('field', 'content', 'before', null, 'after', repeat(md5(i::text), 10))), jsonb_build_object('requestId', gen_random_uuid()), '0'
    from generate_series(1, 300000) i cross join lateral (
      select case when i % 20 = 0 then ${ada.accountId} when i % 1500 = 7 then ${eve.accountId} else ${owner.accountId} end as id,
        case when i % 20 = 0 then 'ada@halden.example' when i % 1500 = 7 then 'eve@halden.example' else 'owner@halden.example' end as email) p`;
  const sealer = createSealer({ sealerUrl: product.runtime.urls.sealer, batch: 20000 });
  while ((await sealer.sealOnce()) > 0);
  let t = Date.now();
  await product.admin`select count(*) from audit_events_naming(1, ${ada.accountId}, audit_person_addresses(1, ${ada.accountId}, null), 'ada')`;
  console.log("preview", Date.now() - t);
  for (const p of [eve, ada]) {
    t = Date.now();
    console.log(JSON.stringify(await erasePerson.execute({ principal: owner, request: testRequest, input: { accountId: p.accountId, confirmation: p.email } })), Date.now() - t);
  }
  await sealer.stop();
  await product.close();
}, 300_000);
