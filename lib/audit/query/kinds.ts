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

const names = "e.model, e.operation, e.action, e.action_type, e.outcome, e.actor_type";

/**
 * Two common table expressions, `kind_step` and `chosen_kind (kind, own_kind, actor_type)`: the kinds that a stretch of the log has, found by
 * leaping from one to the next in the index, and those of them that a condition chooses. So what is rare, or together
 * impossible, is known without reading an event of another kind.
 *
 * @param weeks condition on `e` that chooses whole weeks: within a week it would be checked event by event
 * @param org SQL of the organization's id
 * @param condition on the names of the kind, as columns of `e`
 */
export function chosenKinds(org: string, weeks: string, condition: string): string {
  const kind = kindOf("e", "kind");
  const next = (beyond: string) =>
    `select ${kind} as kind, ${kindOf("e", "composite")} as own_kind, ${names} from audit_event e
     where e.org_id = ${org} and ${weeks} ${beyond} order by ${kind} limit 1`;
  return `recursive kind_step as (
      (${next("")})
      union all
      select n.* from kind_step s cross join lateral (${next(`and ${kind} > s.kind`)}) n
    ),
    chosen_kind as materialized (select e.kind, e.own_kind, e.actor_type from kind_step e where ${condition})`;
}
