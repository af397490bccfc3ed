/**
 * The kind of an event as one number: its names, which the catalogue gives together. The very words of the indexes
 * (drizzle/0010_query_indexes.sql), another spelling would not use them. `audit_event_kind` has the complement, so that the
 * planner cannot take it for the index of one account, guru or target.
 */
export const kindOf = (e: string, index: "kind" | "composite") =>
  `(${index === "kind" ? "~ " : ""}audit_kind(${[
    "operation",
    "action",
    "model",
    "action_type",
    "outcome",
    "actor_type",
  ]
    .map((column) => `${e}.${column}`)
    .join(", ")}))`;

const names = "e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type";

/**
 * A recursive query of the kinds that whole weeks of the log have, found by leaping from one to the next in the index, as
 * columns `org_id` and the names of a kind.
 *
 * @param org SQL of the organization's id
 * @param weeks condition on `e` that chooses whole weeks: within a week it would be checked event by event
 */
export function leapThroughKinds(org: string, weeks: string): string {
  const kind = kindOf("e", "kind");
  const next = (beyond: string) =>
    `select e.org_id, ${kind} as kind, ${names} from audit_event e
     where e.org_id = ${org} and ${weeks} ${beyond} order by ${kind} limit 1`;
  return `with recursive kind_step as (
      (${next("")})
      union all
      select n.* from kind_step s cross join lateral (${next(`and ${kind} > s.kind`)}) n
    )
    select e.org_id, ${names} from kind_step e`;
}
