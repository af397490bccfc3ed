import "server-only";
import type postgres from "postgres";
import { type Sql, sql } from "@/lib/db/client";
import { parseAddress } from "@/lib/platform/ip-address";
import { Binder } from "./binder";
import type { AuditFilter } from "./filter";
import { type ChosenActors, type ChosenGurus, type FilterScope, resolveActors, resolveGurus } from "./names";
import type { Chosen } from "./routes";
import { type Search, searchCondition } from "./search";
import { type Tally, tallyOf } from "./tally";

export { Binder } from "./binder";
export type { FilterScope } from "./names";
export type { Tally } from "./tally";

/** A condition on `audit_event e`. Each parameter stands with its cast, so that it may be replaced by a literal. */
export interface Compiled {
  /** SQL with `$1`, `$2`, ...; holds no other dollar sign. */
  text: string;
  params: (string | string[])[];
  /** Nothing can match: the query may be left out. The text says the same. */
  impossible: boolean;
  /** Where the sealer's counts answer the filter but for its range; null when events have to be counted. */
  tally: Tally | null;
  /** The condition without the range of time. */
  anyTime: Pick<Compiled, "text" | "params">;
  /** The range of time: RFC 3339 in UTC with milliseconds, both ends inclusive. */
  range: Pick<AuditFilter, "since" | "until">;
  /** The search text's part of the condition; null when none is searched for. */
  search: Search | null;
  /** What the text was made of. */
  chosen: Chosen;
}

const columnOf = {
  model: "e.model",
  actionType: "e.action_type",
  operation: "e.operation",
  outcome: "e.outcome",
  action: "e.action",
  target: "e.target_id",
} as const;

/**
 * Compiles a filter to SQL: always within one organization and within the period kept, on a guru's page within that
 * guru. Names (guru slugs, e-mails) are resolved to ids here, at the time of asking.
 * @param db where names are looked up; inside a transaction its own handle, which needs no second connection
 * @returns the condition; see `Compiled`
 */
export async function compileFilter(
  { filter, ...scope }: FilterScope & { filter: AuditFilter },
  db: Sql = sql(),
): Promise<Compiled> {
  const { orgId, guruScope } = scope;
  const b = new Binder();
  const kept = [`e.org_id = ${b.bind(String(orgId), "int")}`, "e.occurred_at >= audit_cutoff()"];
  const all = [...kept];
  if (guruScope !== null) all.push(`e.guru_id = ${b.bind(guruScope, "uuid")}`);
  for (const [name, column] of Object.entries(columnOf) as [keyof typeof columnOf, string][]) {
    if (filter[name].length > 0) all.push(`${column} = any (${b.bind(filter[name], "text[]")})`);
  }
  if (filter.ip.length > 0) {
    const addresses = filter.ip.map((ip) => parseAddress(ip)?.toString()).filter((ip) => ip !== undefined);
    all.push(addresses.length > 0 ? `e.ip = any (${b.bind(addresses, "inet[]")})` : "false");
  }
  const gurus = await resolveGurus(db, scope, filter.guru);
  const actors = await resolveActors(db, scope, filter.actor);
  if (filter.guru.length > 0) all.push(anyOf(guruConditions(b, gurus)));
  if (filter.actor.length > 0) all.push(anyOf(actorConditions(b, actors)));
  const rest = together(all);
  if (filter.q) all.push(searchCondition(b, filter.q));
  const { since, until } = filter;
  const anyTime = { text: together(all), params: [...b.params] };
  const range = rangeConditions(b, filter);
  return {
    text: together([...all, ...range]),
    params: b.params,
    search: filter.q
      ? {
          q: filter.q,
          anything: together([...kept, ...range]),
          rest,
          isAlone: all.length === kept.length + 1,
        }
      : null,
    impossible: all.includes("false"),
    tally: tallyOf(scope, filter, gurus, actors),
    chosen: { ...scope, filter, gurus, actors },
    anyTime,
    range: { ...(since ? { since } : {}), ...(until ? { until } : {}) },
  };
}

const together = (conditions: string[]) => conditions.map((c) => `(${c})`).join(" and ");

/** A range of time as conditions on `audit_event e`; `until` is inclusive at the grain of a millisecond. */
export function rangeConditions(b: Binder, { since, until }: Compiled["range"]): string[] {
  const conditions: string[] = [];
  if (since) conditions.push(`e.occurred_at >= ${b.bind(since, "timestamptz")}`);
  if (until) conditions.push(`e.occurred_at < ${b.bind(until, "timestamptz")} + interval '1 millisecond'`);
  return conditions;
}

function anyOf(conditions: string[]): string {
  return conditions.length === 0 ? "false" : conditions.join(" or ");
}

function guruConditions(b: Binder, gurus: ChosenGurus): string[] {
  const conditions: string[] = [];
  if (gurus.none) conditions.push("e.guru_id is null");
  if (gurus.ids.length > 0) conditions.push(`e.guru_id = any (${b.bind(gurus.ids, "uuid[]")})`);
  if (gurus.snapshots.length > 0) conditions.push(`e.guru_slug = any (${b.bind(gurus.snapshots, "text[]")})`);
  return conditions;
}

function actorConditions(b: Binder, actors: ChosenActors): string[] {
  const conditions: string[] = [];
  if (actors.types.length > 0) conditions.push(`e.actor_type = any (${b.bind(actors.types, "text[]")})`);
  const accounts = [...actors.accounts, ...actors.unknownIds];
  if (accounts.length > 0) conditions.push(`e.account_id = any (${b.bind(accounts, "uuid[]")})`);
  // An id that is no account's may be a key's. That column has no index, so it is asked only then.
  if (actors.unknownIds.length > 0) {
    conditions.push(`e.actor_type = 'api_key' and e.actor_id = any (${b.bind(actors.unknownIds, "text[]")})`);
  }
  if (actors.emails.length > 0)
    conditions.push(`lower(e.actor_email) = any (${b.bind(actors.emails, "text[]")})`);
  return conditions;
}

/**
 * The same SQL with each parameter replaced by a literal, quoted by the database: COPY takes no parameters.
 * @param sql any handle of the driver
 * @param compiled a text of `$n` with their casts, as `compileFilter` makes it
 */
export async function literalSql(
  sql: postgres.Sql | postgres.TransactionSql,
  compiled: Pick<Compiled, "text" | "params">,
): Promise<string> {
  if (compiled.params.length === 0) return compiled.text;
  const columns = compiled.params.map(
    (p, i) => `quote_literal(($${i + 1}::${Array.isArray(p) ? "text[]" : "text"})::text) as p${i + 1}`,
  );
  const [quoted] = await sql.unsafe<Record<string, string>[]>(
    `select ${columns.join(", ")}`,
    compiled.params,
  );
  return compiled.text.replace(/\$(\d+)/g, (_, n: string) => {
    const literal = quoted?.[`p${n}`];
    if (literal === undefined) throw new Error(`the parameter $${n} is missing`);
    return literal;
  });
}
