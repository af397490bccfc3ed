import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { kindOf, leapThroughKinds } from "./kinds";
import { type Chosen, kindParams, onlyTypes } from "./routes";
import { moment, weekStart } from "./stretches";
import { Binder } from "./where";

/** Kinds of events that a filter chooses, column by column: as many statements take them. */
export interface Kinds {
  /** As `audit_event_kind` numbers them, and as the other indexes do. */
  kind: string[];
  ownKind: string[];
  actorType: string[];
}

/** More that waits for the sealer than this, and the weeks it lies in are not looked up. */
const mostUnsealed = 3_000;

const columns = {
  model: "e.model",
  operation: "e.operation",
  action: "e.action",
  actionType: "e.action_type",
  outcome: "e.outcome",
} as const;

/**
 * Which kinds of events the log has that a filter chooses. So what is rare, or together impossible, is known without
 * reading an event of another kind. The sealer keeps a list of the kinds it has seen; what waits for it is looked for in
 * its weeks, from one kind to the next.
 *
 * @param db a transaction that keeps one snapshot: with an event's leaving the outbox its kind stands in the list
 */
export async function chosenKinds(db: AnySql, chosen: Chosen): Promise<Kinds> {
  const b = new Binder([]);
  const org = b.bind(String(chosen.orgId), "int");
  const condition = kindCondition(b, chosen);
  const weeks = await unsealedWeeks(db, chosen.orgId, b);
  const seen = "select * from audit_kind_seen";
  const all = weeks === null ? seen : `${seen} union (${leapThroughKinds(org, weeks)})`;
  const rows = await db.unsafe<{ kind: string; own_kind: string; actor_type: string }[]>(
    `select ${kindOf("e", "kind")}::text as kind, ${kindOf("e", "composite")}::text as own_kind, e.actor_type
     from (${all}) e where e.org_id = ${org} and ${condition}`,
    b.params,
  );
  return {
    kind: rows.map((row) => row.kind),
    ownKind: rows.map((row) => row.own_kind),
    actorType: rows.map((row) => row.actor_type),
  };
}

/** A condition on `e` for the weeks that have what is not sealed; null: everything is. */
async function unsealedWeeks(db: AnySql, orgId: number, b: Binder): Promise<string | null> {
  // Through its index: the outbox itself stays as long as it ever was, empty pages and all.
  const [tail] = await db<{ unsealed: number; oldest: string | null }[]>`
    select count(*)::int as unsealed, (extract(epoch from min(occurred_at)) * 1000000)::bigint::text as oldest
    from (select occurred_at from audit_outbox where org_id = ${orgId} and position > 0 limit ${mostUnsealed}) o`;
  if (!tail || tail.oldest === null) return null;
  if (tail.unsealed >= mostUnsealed) return "true";
  return `e.occurred_at >= ${b.bind(moment(weekStart(BigInt(tail.oldest))), "timestamptz")}`;
}

function kindCondition(b: Binder, chosen: Chosen): string {
  const conditions: string[] = [];
  for (const name of kindParams) {
    const values = chosen.filter[name];
    if (values.length > 0) conditions.push(`${columns[name]} = any (${b.bind(values, "text[]")})`);
  }
  if (onlyTypes(chosen)) conditions.push(`e.actor_type = any (${b.bind(chosen.actors.types, "text[]")})`);
  return conditions.length > 0 ? conditions.join(" and ") : "true";
}
