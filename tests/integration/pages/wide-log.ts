import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

/** Names that go together, with the share of the events that have them: a few common ones, many rare. */
const kinds = [
  ["ASK_GURU", "guru.asked", "GuruType", "access", "success", "user", 40],
  ["CODE_SEARCH", "user.performed_code_search", "CodeSearch", "access", "success", "user", 20],
  ["INDEX_DATASOURCE", "datasource.indexed", "DataSource", "updated", "success", "system", 20],
  ["INDEX_DATASOURCE", "datasource.indexed", "DataSource", "updated", "failure", "system", 1],
  ["LOGIN_SUCCESS", "user.signed_in", "User", "access", "success", "user", 10],
  ["LOGIN_FAILED", "user.sign_in_failed", "User", "access", "failure", "anonymous", 3],
  ["FETCH_AUDIT_LOGS", "audit.fetch", "AuditLog", "access", "success", "api_key", 5],
  ["DELETE_GURU", "guru.deleted", "GuruType", "deleted", "success", "user", 0.3],
  ["GRANT_AUDITOR", "org.auditor_granted", "Membership", "updated", "success", "user", 0.05],
] as const;

export const account = (n: number) => `00000000-0000-7000-8000-00000000b${String(n).padStart(3, "0")}`;
export const guru = (n: number) => `00000000-0000-7000-8000-00000000a${String(n).padStart(3, "0")}`;

/** Values to filter by: common, rare, of nobody, and such that never go together. */
export const values = {
  model: ["GuruType", "CodeSearch", "DataSource", "Membership", "Nope"],
  operation: ["ASK_GURU", "INDEX_DATASOURCE", "DELETE_GURU", "GRANT_AUDITOR"],
  action: ["guru.asked", "audit.fetch", "org.auditor_granted"],
  actionType: ["access", "updated", "deleted", "created"],
  outcome: ["success", "failure"],
  actor: [account(0), account(3), account(39), "system", "anonymous", "person1@halden.example", "key-of-2"],
  guru: ["guru-0", "guru-7", "none", "former-slug", "unheard-of"],
  target: ["1", "target-5", "target-2990", "nothing"],
  ip: ["10.0.0.0", "10.0.0.39", "198.51.100.1"],
} as const;

export interface WideLog {
  product: TestProduct;
  close(): Promise<void>;
}

/**
 * A log of 60 days with `events` events: names, people and gurus of very different frequency, times of which some are
 * equal, some events sealed late, the last ones not sealed at all.
 */
export async function wideLog(events: number): Promise<WideLog> {
  const product = await createTestProduct();
  const { admin } = product;
  await admin`select audit_make_partition(now() - make_interval(days => d)) from generate_series(0, 70) d`;
  for (let n = 0; n < 40; n += 1)
    await admin`insert into account (id, email, email_key, name) values
      (${account(n)}, ${`person${n}@halden.example`}, ${`person${n}@halden.example`}, 'x')`;
  for (let n = 0; n < 10; n += 1)
    await admin`insert into guru (id, org_id, slug, name) values (${guru(n)}, 1, ${`guru-${n}`}, ${`Guru ${n}`})`;
  let from = 0;
  const bounds = kinds.map(([operation, action, model, type, outcome, actor, weight]) => {
    from += weight;
    return { operation, action, model, type, outcome, actor, below: from };
  });
  const insert = (first: number, last: number) => admin`
    insert into audit_event (occurred_at, org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model, outcome,
      actor_type, actor_id, account_id, actor_email, ip, target_type, target_id, target_label, version)
    select at, case when i % 97 = 0 then 2 else 1 end, g.id, g.slug, g.slug, k.action, k.operation, k.type, k.model, k.outcome,
      k.actor, case k.actor when 'user' then account::text when 'api_key' then 'key-of-' || p else k.actor end,
      case when k.actor <> 'system' then account end,
      case when k.actor in ('user', 'api_key') then 'person' || p || '@halden.example' end,
      case when k.actor <> 'system' then ('10.0.0.' || p)::inet end, 'x',
      case when k.model = 'CodeSearch' then '1' else 'target-' || i % 3000 end, 'Object', 'test'
    from (
      -- Several share a microsecond, and the later number is at times the earlier event.
      select i, date_trunc('second', now()) - interval '60 days' * (1 - (i - i % 7 * 40)::float8 / ${events}) - interval '1 minute' as at,
        abs(hashint8extended(i, 1)) % 100000 / 100000.0 as k_draw,
        floor(40 * power(abs(hashint8extended(i, 2)) % 100000 / 100000.0, 3))::int as p,
        floor(10 * power(abs(hashint8extended(i, 3)) % 100000 / 100000.0, 3))::int as g_draw
      from generate_series(${first}::bigint, ${last}::bigint) i
    ) e
    cross join lateral (
      select * from jsonb_to_recordset(${JSON.stringify(bounds)}::text::jsonb)
        as k (operation text, action text, model text, type text, outcome text, actor text, below float8)
      where k.below > e.k_draw * ${from} order by k.below limit 1
    ) k
    cross join lateral (select ('00000000-0000-7000-8000-00000000b' || lpad(p::text, 3, '0'))::uuid as account) a
    left join lateral (
      select ('00000000-0000-7000-8000-00000000a' || lpad(g_draw::text, 3, '0'))::uuid as id,
        case when i % 50 = 0 then 'former-slug' else 'guru-' || g_draw end as slug
      where k.model in ('GuruType', 'DataSource')
    ) g on true
    order by i`;
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  const tail = Math.floor(events / 100);
  await insert(1, events - tail);
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
  await insert(events - tail + 1, events);
  return { product, close: () => product.close() };
}
