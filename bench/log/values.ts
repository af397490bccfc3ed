import type postgres from "postgres";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";

/** Values of a dimension as the filter takes them. */
export interface Spread {
  frequent: string;
  median: string;
  rarest: string;
}

export type Dimension = "guru" | "model" | "actor" | "actionType" | "operation" | "outcome";

export interface Values {
  dimensions: Record<Dimension, Spread>;
  action: Pick<Spread, "frequent" | "rarest">;
  target: Pick<Spread, "frequent" | "rarest">;
  ip: Pick<Spread, "frequent" | "rarest">;
  /** The few most frequent, for filters of several values. */
  gurus: string[];
  actors: string[];
  /** A pair of values that no event has together. */
  disjoint: Partial<AuditFilter>;
  /** Events in the period kept, and the times of the oldest and the newest. */
  kept: { events: number; oldest: string; newest: string };
  /** The event in the middle of the log. */
  middle: { micros: string; id: string };
}

/** Chooses what is asked for from what the log holds: the sealer's own counts say what is frequent and what is rare. */
export async function chooseValues(sql: postgres.Sql): Promise<Values> {
  const spread = async (dimension: string): Promise<Spread & { all: string[] }> => {
    const found = await sql<{ value: string }[]>`
      select coalesce(g.slug, f.value) as value
      from audit_facet f left join guru g on f.dimension = 'guru' and g.id::text = f.value
      where f.org_id = 1 and f.scope = '00000000-0000-0000-0000-000000000000' and f.dimension = ${dimension}
        and f.value not in ('none', 'anonymous') order by f.count desc, f.value`;
    const all = found.map((f) => f.value);
    const at = (n: number) => all[n] ?? "";
    return { frequent: at(0), median: at(all.length >> 1), rarest: at(all.length - 1), all };
  };
  const [guru, model, actor, actionType, operation, outcome] = await Promise.all([
    spread("guru"),
    spread("model"),
    spread("user"),
    spread("actionType"),
    spread("operation"),
    spread("outcome"),
  ]);
  const [kept] = await sql<{ oldest: string; newest: string }[]>`
    select ${rfc3339(sql, "min")} as oldest, ${rfc3339(sql, "max")} as newest from audit_event where occurred_at >= audit_cutoff()`;
  const [counted] = await sql<{ n: string }[]>`
    select sum(count) as n from audit_rollup where org_id = 1 and scope = '00000000-0000-0000-0000-000000000000'
      and dimension = 'all' and day >= (audit_cutoff() at time zone 'UTC')::date`;
  // Facets count the last person as actor whatever they did: their own address and object are looked up.
  const people = actor.all.filter((value) => value !== "system");
  const [rare] = await sql<{ ip: string; target: string }[]>`
    select host(ip) as ip, target_id as target from audit_event
    where org_id = 1 and account_id = ${people.at(-1) ?? ""} and ip is not null order by occurred_at desc, id desc limit 1`;
  const [often] = await sql<{ ip: string }[]>`
    select host(ip) as ip from audit_event
    where org_id = 1 and account_id = ${people[0] ?? ""} and ip is not null order by occurred_at desc, id desc limit 1`;
  const [middle] = await sql<{ micros: string; id: string }[]>`
    select (extract(epoch from occurred_at) * 1000000)::bigint::text as micros, id from audit_event
    where org_id = 1 and occurred_at >= audit_cutoff()
    order by occurred_at desc, id desc offset ${Math.floor(Number(counted?.n) / 2)} limit 1`;
  const actions = await sql<
    { operation: string; action: string }[]
  >`select operation, action from bench.kind`;
  const actionOf = (value: string) => actions.find((a) => a.operation === value)?.action ?? "guru.asked";
  if (!kept || !middle || !rare || !often || people.length < 3)
    throw new Error("the log holds too little to measure");
  return {
    dimensions: {
      guru,
      model,
      actor: {
        frequent: people[0] ?? "",
        median: people[people.length >> 1] ?? "",
        rarest: people.at(-1) ?? "",
      },
      actionType,
      operation,
      outcome,
    },
    action: { frequent: actionOf(operation.frequent), rarest: actionOf(operation.rarest) },
    target: { frequent: "1", rarest: rare.target },
    ip: { frequent: often.ip, rarest: rare.ip },
    gurus: guru.all.slice(0, 5),
    actors: people.slice(0, 5),
    // Signing in belongs to no guru.
    disjoint: { guru: [guru.frequent], operation: ["LOGIN_SUCCESS"] },
    kept: { ...kept, events: Number(counted?.n) },
    middle,
  };
}

function rfc3339(sql: postgres.Sql, of: "min" | "max") {
  return sql`to_char(${sql.unsafe(of)}(occurred_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** A moment between the oldest (0) and the newest event (1). */
export function momentAt({ kept }: Values, part: number): string {
  const [oldest, newest] = [Date.parse(kept.oldest), Date.parse(kept.newest)];
  return new Date(oldest + (newest - oldest) * part).toISOString();
}

/** A filter of the given parts. */
export function filterOf(parts: Partial<AuditFilter>): AuditFilter {
  return { ...emptyFilter, ...parts };
}
