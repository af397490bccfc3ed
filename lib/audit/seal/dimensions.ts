import "server-only";
import type postgres from "postgres";

/** Any handle of the driver: a pool, a reserved connection or a transaction. */
export type AnySql = postgres.Sql | postgres.TransactionSql;
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** The scope of the whole organization; any other scope is a guru's id. */
export const organizationScope = "00000000-0000-0000-0000-000000000000";

/**
 * The columns of an event that are counted.
 * @param event alias of audit_event in the surrounding query; a constant of the source, never input
 */
export function countedColumns(sql: AnySql, event: "e"): Fragment {
  return sql`${sql(event)}.guru_id, ${sql(event)}.guru_name, ${sql(event)}.action_type, ${sql(event)}.model,
    ${sql(event)}.operation, ${sql(event)}.action, ${sql(event)}.outcome, ${sql(event)}.actor_type, ${sql(event)}.account_id,
    ${sql(event)}.actor_email, ${sql(event)}.target_label`;
}

/**
 * What each event counts for: one row for every scope, dimension and value. The sealer adds these up, the recount does
 * so again from the start, hence one definition.
 *
 * A person is the account behind the act, so that a failed sign-in counts for the account; System and Anonymous are
 * values of their own beside it. The guru is a dimension of the organization's scope only.
 * `named` and `guessed` are labels: `guessed` (the address typed at a failed sign-in) only serves until an act of the
 * person's own names them.
 *
 * @param events name of a relation in the surrounding query with org_id, index, occurred_at and the counted columns
 */
export function facts(sql: AnySql, events: "sealed"): Fragment {
  return sql`
    select e.org_id, e.index, s.scope, d.dimension, d.value, e.action_type,
      (e.occurred_at at time zone 'UTC')::date as day, d.named, d.guessed
    from ${sql(events)} e
    cross join lateral (values (${organizationScope}::uuid), (e.guru_id)) s (scope)
    cross join lateral (values
      ('all', '', null, null),
      ('guru', coalesce(e.guru_id::text, 'none'), case when e.guru_id is not null then e.guru_name end, null),
      ('model', e.model, null, null),
      ('user', e.account_id::text,
        case when e.actor_type in ('user', 'api_key') then e.actor_email end,
        case when e.actor_type = 'anonymous' and e.target_label not in ('', '-', '[erased]') then e.target_label end),
      ('user', case when e.actor_type in ('system', 'anonymous') then e.actor_type end, null, null),
      ('operation', e.operation, null, null),
      ('outcome', e.outcome, null, null)
    ) d (dimension, value, named, guessed)
    where s.scope is not null and d.value is not null
      and (d.dimension <> 'guru' or s.scope = ${organizationScope}::uuid)`;
}
