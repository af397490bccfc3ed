/**
 * People, gurus and the slots from which an event draws them: 65,536 slots shared out by Zipf's law (the n-th gets
 * 1/n), at least one each, so that drawing is one look-up. $1 people, $2 gurus.
 */
export const population = `
  create table bench.person as
  select n, md5('person ' || n)::uuid as id,
    (array['mara','jonas','ines','tomas','aiko','daan','lea','nils','sara','omar','eva','ravi','noa','pavel','rita','hugo'])[1 + n % 16]
      || '.' || (array['solberg','okafor','lindqvist','moreau','petrov','tanaka','haddad','novak','berg','costa','weber'])[1 + n / 16 % 11]
      || case when n > 176 then n::text else '' end || '@halden.example' as email,
    array['10.' || n % 40 || '.' || n / 40 % 250 || '.' || 2 + n % 200, '203.0.113.' || n % 250]::inet[] as ips
  from generate_series(1, $1::int) n;
  create table bench.guru as
  select n, md5('guru ' || n)::uuid as id,
    (array['billing','platform','support','mobile','data','security','onboarding','search','payments','legal'])[1 + n % 10] || '-' || n as slug,
    initcap((array['billing','platform','support','mobile','data','security','onboarding','search','payments','legal'])[1 + n % 10])
      || ' ' || (array['runbook','docs','desk','handbook','warehouse','reviews'])[1 + n / 10 % 6] || ' ' || n as name
  from generate_series(1, $2::int) n`;

const slotsOf = (table: string, weight: string) => `
  create table bench.${table}_slot as
  select (row_number() over (order by n))::int - 1 as slot, n from (
    select n, greatest(1, round(65536 * (${weight}) / sum(${weight}) over ()))::int as slots from bench.${table}
  ) w cross join lateral generate_series(1, slots);
  create unique index on bench.${table}_slot (slot)`;

export const slots = `${slotsOf("person", "1.0 / n")}; ${slotsOf("guru", "1.0 / n")}`;

/** A kind's share of 1,000,000 draws. */
export const kindBounds = `
  create table bench.kind_bound as
  select n, sum(weight) over (order by n) - weight as from_draw, sum(weight) over (order by n) as to_draw from bench.kind`;

/**
 * How many events each hour holds: working days and hours have most, nights and week-ends some. $1 events, $2 days.
 * The last hour is the one before now, so that a log just filled ends now.
 */
export const hours = `
  create table bench.hour as
  with shape as (
    select h, date_trunc('second', now()) - make_interval(hours => h) as begins from generate_series(1, $2::int * 24 - 26) h
  ), weighed as (
    select h, begins, (case when extract(isodow from begins) > 5 then 0.15 else 1 end)
      * (case when extract(hour from begins) between 7 and 17 then 1 else 0.12 end) as w
    from shape
  ), placed as (
    select begins, (row_number() over (order by begins))::int as n,
      round($1::bigint * sum(w) over (order by begins) / sum(w) over ())::bigint as to_row
    from weighed
  )
  select n, begins, coalesce(lag(to_row) over (order by n), 0) as from_row, to_row from placed`;

/** The next hours that hold about so many events together. $1 events. */
export const nextPart = `
  with todo as (
    select h.n, h.to_row, min(h.from_row) over () as first from bench.hour h, bench.fill f where h.n > f.done_hours
  )
  select (select done_hours from bench.fill) + 1 as from_hour,
    coalesce(max(n) filter (where to_row - first <= $1::bigint), min(n)) as to_hour,
    coalesce(max(to_row) filter (where to_row - first <= $1::bigint), min(to_row)) as rows
  from todo having count(*) > 0`;

const draw = (seed: number) => `(hashint8extended(i, ${seed}) & 9223372036854775807)`;
const words = (seed: number) => `
  (array['rotate the signing key','restore a backup','change the plan','add a seat','export the invoices','revoke a token',
    'configure single sign-on','roll back a release','limit the crawl','merge two accounts','sync the calendar','read the trace'])
    [1 + ${draw(seed)} % 12]`;

/** The events of the hours $1 to $2. The id is a uuid of version 7 of the event's own time, as the default would make. */
export const insertEvents = `
  with drawn as materialized (
    select i, h.begins + interval '1 hour' * ((i - h.from_row - (i % 50 = 7)::int)::float8 / (h.to_row - h.from_row)) as at,
      ${draw(1)} % (select round(max(to_draw) * 1000)::bigint from bench.kind_bound) / 1000.0 as kind_draw,
      ${draw(2)} % (select count(*) from bench.person_slot) as person_slot,
      ${draw(3)} % (select count(*) from bench.guru_slot) as guru_slot,
      ${draw(4)} % 400 as object, ${draw(5)} % 1000 as chance
    from bench.hour h cross join lateral generate_series(h.from_row, h.to_row - 1) i
    where h.n between $1::int and $2::int
  )
  insert into audit_event (id, occurred_at, org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model,
    outcome, actor_type, actor_id, account_id, actor_email, ip, user_agent, target_type, target_id, target_label, metadata,
    changes, details, cause, version)
  select
    encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
      placing substring(int8send(floor(extract(epoch from d.at) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid,
    d.at, 1, case when k.in_guru then g.id end, case when k.in_guru then g.slug end, case when k.in_guru then g.name end,
    k.action, k.operation, k.action_type, k.model, k.outcome, k.actor,
    case k.actor when 'system' then 'system' when 'anonymous' then 'anonymous' when 'api_key' then md5('key ' || p.n)::uuid::text else p.id::text end,
    case when k.actor <> 'system' then p.id end,
    case when k.actor in ('user', 'api_key') then p.email end,
    case when k.actor <> 'system' then p.ips[1 + (d.chance < 40)::int] end,
    case k.actor when 'system' then null when 'api_key' then 'curl/8.5.0'
      else 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/14' || p.n % 6 || '.0 Safari/537.36' end,
    k.target_type,
    case k.label when 'source' then md5('source ' || g.n || ' ' || d.object)::uuid::text
      when 'file' then 'halden/' || g.slug || '@main:src/module-' || d.object || '/index.ts'
      when 'person' then p.id::text when 'guru' then g.id::text when 'question' then md5('question ' || d.i)::uuid::text
      when 'key' then md5('key ' || p.n)::uuid::text else '1' end,
    case k.label when 'source' then 'WEBSITE - https://docs.halden.example/' || g.slug || '/page-' || d.object
      when 'file' then 'src/module-' || d.object || '/index.ts'
      when 'person' then p.email when 'guru' then g.name
      when 'question' then 'How do I ' || ${words(6)} || ' for customer ' || d.i % 100003 || '?'
      when 'key' then 'ci-' || p.n else 'Halden Works' end,
    case when k.model = 'CodeSearch' then jsonb_build_object('message', ${words(7)}) end,
    case when k.has_changes then jsonb_build_array(jsonb_build_object('field',
        (array['status','description','name','channels'])[1 + d.chance % 4],
        'before', 'What it was before act ' || d.i, 'after', ${words(8)} || ', as of act ' || d.i)) else '[]' end,
    jsonb_build_object('requestId', md5('request ' || d.i)::uuid)
      || case when k.label = 'guru' and k.action_type = 'access'
        then jsonb_build_object('question', 'How do I ' || ${words(9)} || ' for customer ' || d.i % 100003 || '?', 'answered', d.chance > 90)
        else '{}' end,
    null, '0.1.0'
  from drawn d
  join bench.kind_bound b on d.kind_draw >= b.from_draw and d.kind_draw < b.to_draw
  join bench.kind k on k.n = b.n
  join bench.person_slot ps on ps.slot = d.person_slot join bench.person p on p.n = ps.n
  join bench.guru_slot gs on gs.slot = d.guru_slot join bench.guru g on g.n = gs.n
  order by d.at`;

/** What the business tables hold: everybody is a member, the first person the owner, each guru has two maintainers. */
export const business = `
  insert into account (id, email, email_key, name) select id, email, email, initcap(split_part(email, '.', 1)) from bench.person;
  update organization set name = 'Halden Works' where id = 1;
  insert into membership (org_id, account_id, role) select 1, id, case when n = 1 then 'owner' else 'member' end from bench.person;
  insert into guru (id, org_id, slug, name) select id, 1, slug, name from bench.guru;
  insert into guru_role (guru_id, account_id, role)
  select g.id, p.id, 'maintainer' from bench.guru g join bench.person p on p.n in (g.n + 1, g.n + 2)`;
