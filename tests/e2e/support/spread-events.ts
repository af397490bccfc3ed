import type { Admin } from "./roles-database";

/** A log of many days, as years of use make it: through the product's own table, with the clock of those days. */
interface Spread {
  /** Days back from today, today included. */
  days: number;
  /** The guru that half of the updates and everything deleted belongs to. */
  guru: { id: string; slug: string; name: string };
}

/** Each day has its own number of events: 6 to 12 accesses, 3 creations, 1 to 4 updates, and a deletion every third. */
export async function spreadEvents(admin: Admin, { days, guru }: Spread): Promise<void> {
  for (let back = 0; back <= days + 7; back += 7) {
    await admin.begin(async (tx) => {
      const at = new Date(Date.now() - back * 86_400_000).toISOString();
      await tx`select set_config('gurulog.clock', ${at}, true)`;
      await tx`select audit_make_partition(${at}::timestamptz)`;
    });
  }
  await admin`
    with kinds (type, action, operation, model) as (values
      ('access', 'user.login', 'LOGIN_SUCCESS', 'User'),
      ('created', 'datasource.added', 'ADD_DATASOURCE', 'DataSource'),
      ('updated', 'datasource.indexed', 'INDEX_DATASOURCE', 'DataSource'),
      ('deleted', 'datasource.deleted', 'DELETE_DATASOURCE', 'DataSource')
    ), wanted as (
      select d, k.*, n, k.type = 'deleted' or (k.type = 'updated' and n % 2 = 0) as in_guru
      from generate_series(0, ${days - 1}::int) d cross join kinds k
      cross join lateral generate_series(1, case k.type
        when 'access' then 6 + d % 7 when 'created' then 3 when 'updated' then 1 + d % 4 else (d % 3 = 0)::int end) n
    )
    insert into audit_event (occurred_at, org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model,
      outcome, actor_type, actor_id, target_type, target_id, target_label, details, version)
    select least(date_trunc('day', now(), 'UTC') - make_interval(days => d) + interval '61 minutes' * n, now()), 1,
      case when in_guru then ${guru.id}::uuid end, case when in_guru then ${guru.slug} end, case when in_guru then ${guru.name} end,
      action, operation, type, model, 'success', 'system', 'system', 'datasource', n::text, 'page ' || d || '/' || n, '{}', '0.1.0'
    from wanted`;
}
