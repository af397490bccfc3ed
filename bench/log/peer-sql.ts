/**
 * The peer: the table of a well-known product, a text primary key and three B-trees, and beside it what our page shows
 * (guru, model, user, address, action type, operation, object, changes), so that both hold the same events.
 */
export const peerTable = `
  create table bench.peer (
    "id" text not null,
    "timestamp" timestamp(3) not null default current_timestamp,
    "action" text not null,
    "actorId" text not null,
    "actorType" text not null,
    "targetId" text not null,
    "targetType" text not null,
    "sourcebotVersion" text not null,
    "metadata" jsonb,
    "orgId" integer not null,
    "guru" text,
    "model" text not null,
    "user" text,
    "ip" text,
    "actionType" text not null,
    "operation" text not null,
    "object" text not null,
    "outcome" text not null,
    "changes" jsonb not null,
    "details" jsonb not null
  )`;

/** A cuid has 25 characters and begins with its time; the rest of ours is drawn from the event's id. */
const cuid = (id: string, at: string) =>
  `'c' || lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 11, '0') || left(md5(${id}::text), 13)`;

const columns = `"id", "timestamp", "action", "actorId", "actorType", "targetId", "targetType", "sourcebotVersion", "metadata",
  "orgId", "guru", "model", "user", "ip", "actionType", "operation", "object", "outcome", "changes", "details"`;

const valuesOf = (
  at: string,
) => `${cuid("e.id", at)}, ${at} at time zone 'UTC', e.action, e.actor_id, e.actor_type, e.target_id,
  e.target_type, e.version, e.metadata, e.org_id, e.guru_slug, e.model, e.actor_email, host(e.ip), e.action_type, e.operation,
  e.target_label, e.outcome, e.changes, e.details`;

/** The same events: those from $1 to before $2. */
export const copyEvents = `
  insert into bench.peer (${columns})
  select ${valuesOf("e.occurred_at")} from audit_event e
  where e.occurred_at >= $1::text::timestamptz and e.occurred_at < $2::text::timestamptz order by e.occurred_at`;

/** Those of a week, so many weeks earlier: $1, $2 the week, $3 weeks. */
export const copyEarlier = `
  insert into bench.peer (${columns})
  select ${valuesOf("(e.occurred_at - make_interval(weeks => $3::int))")} from audit_event e
  where e.occurred_at >= $1::text::timestamptz and e.occurred_at < $2::text::timestamptz order by e.occurred_at`;

export const peerIndexes = [
  `alter table bench.peer add constraint peer_pkey primary key ("id")`,
  `create index peer_actor_target on bench.peer ("actorId", "actorType", "targetId", "targetType", "orgId")`,
  `create index peer_time_action on bench.peer ("orgId", "timestamp", "action", "actorId")`,
  `create index peer_actor_time on bench.peer ("actorId", "timestamp")`,
] as const;

/** One event as its application writes it, after the act and in a transaction of its own. */
export const insertOne = `
  insert into bench.peer (${columns})
  values ($1, now() at time zone 'UTC', $2, $3, $4, $5, $6, $7, $8::text::jsonb, 1, $9, $10, $11, $12, $13, $14, $15, $16, $17::text::jsonb, $18::text::jsonb)`;

/** What its cleanup asks for, and what it does with the answer, until nothing is left. $1 the cut-off. */
export const nextIds = `select "id" from bench.peer where "orgId" = 1 and "timestamp" < $1::text::timestamptz at time zone 'UTC' limit 10000`;
export const deleteIds = `delete from bench.peer where "id" = any ($1::text[])`;
