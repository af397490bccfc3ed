import { it } from "vitest";
import { erasePerson } from "@/lib/features/erasure/commands/erase-person";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, testRequest } from "@/tests/support/product";

it("measures", async () => {
  const product = await createTestProduct();
  const owner = await product.person("owner@halden.example", "owner");
  const ada = await product.person("ada@halden.example");
  await product.admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, account_id,
      actor_email, ip, user_agent, target_type, target_id, target_label, changes, details, version)
    select 1, 'guru.updated', 'UPDATE_GURU', 'updated', 'GuruType', 'success',
      'user', case when i % 20 = 0 then ${ada.accountId} else ${owner.accountId} end, (case when i % 20 = 0 then ${ada.accountId} else ${owner.accountId} end)::uuid,
      case when i % 20 = 0 then 'ada@halden.example' else 'owner@halden.example' end, '203.0.113.9', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', 'guru', 'target', 'source ' || i || case when i % 1000 = 1 then ' by ada@halden.example' else '' end,
      jsonb_build_array(jsonb_build_object('field', 'content', 'before', null, 'after', repeat(md5(i::text), 10))), jsonb_build_object('requestId', gen_random_uuid()), '0'
    from generate_series(1, 300000) i`;
  const sealer = createSealer({ sealerUrl: product.runtime.urls.sealer, batch: 20000 });
  let t = Date.now();
  while ((await sealer.sealOnce()) > 0);
  console.log("sealed", Date.now() - t);
  for (let i = 0; i < 3; i++) {
    t = Date.now();
    const [n] = await product.admin`select count(*) as n from audit_events_naming(1, ${ada.accountId}, audit_person_addresses(1, ${ada.accountId}, null), 'ada')`;
    console.log("preview", n?.n, Date.now() - t);
  }
  const q = async (label: string, s: string) => { t = Date.now(); await product.admin.unsafe(s); console.log(label, Date.now() - t); };
  await q("addresses", `select audit_person_addresses(1, '${ada.accountId}', null)`);
  await q("leaf 15000", `select count(audit_leaf(e)) from audit_event e where account_id = '${ada.accountId}'`);
  await q("actor digest 15000", `select count(audit_actor_digest(e)) from audit_event e where account_id = '${ada.accountId}'`);
  t = Date.now();
  console.log(JSON.stringify(await erasePerson.execute({ principal: owner, request: testRequest, input: { accountId: ada.accountId, confirmation: "ada@halden.example" } })), Date.now() - t);
  await sealer.stop();
  await product.close();
}, 300_000);
