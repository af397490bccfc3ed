import "server-only";
import type postgres from "postgres";
import { organizationScope } from "@/lib/audit/seal/dimensions";
import { sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import { parseAddress } from "@/lib/platform/ip-address";
import type { AuditFilter } from "./filter";

/** Whose log is read, and which events of it. */
export interface FilterScope {
  orgId: number;
  /** Id of the guru whose page it is; null for the organization's whole log. */
  guruScope: string | null;
}

/** A condition on `audit_event e`. Each parameter stands with its cast, so that it may be replaced by a literal. */
export interface Compiled {
  /** SQL with `$1`, `$2`, ...; holds no other dollar sign. */
  text: string;
  params: (string | string[])[];
  /** Nothing can match: the query may be left out. The text is a true condition for that, too. */
  impossible: boolean;
}

/** Collects parameters while SQL text is put together. */
export class Binder {
  readonly params: (string | string[])[] = [];
  constructor(from: readonly (string | string[])[] = []) {
    this.params.push(...from);
  }
  /** @param type SQL type that the parameter is cast to; a constant of the source */
  bind(value: string | string[], type: "text" | "text[]" | "uuid" | "uuid[]" | "int" | "bigint" | "inet[]" | "timestamptz"): string {
    this.params.push(value);
    return `$${this.params.length}::${type}`;
  }
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
 * @returns the condition; see `Compiled`
 */
export async function compileFilter({ orgId, guruScope, filter }: FilterScope & { filter: AuditFilter }): Promise<Compiled> {
  const b = new Binder();
  const all: string[] = [`e.org_id = ${b.bind(String(orgId), "int")}`, "e.occurred_at >= audit_cutoff()"];
  if (guruScope !== null) all.push(`e.guru_id = ${b.bind(guruScope, "uuid")}`);
  if (filter.since) all.push(`e.occurred_at >= ${b.bind(filter.since, "timestamptz")}`);
  if (filter.until) all.push(`e.occurred_at < ${b.bind(filter.until, "timestamptz")} + interval '1 millisecond'`);
  for (const [name, column] of Object.entries(columnOf) as [keyof typeof columnOf, string][]) {
    if (filter[name].length > 0) all.push(`${column} = any (${b.bind(filter[name], "text[]")})`);
  }
  if (filter.ip.length > 0) {
    const addresses = filter.ip.map((ip) => parseAddress(ip)?.toString()).filter((ip) => ip !== undefined);
    all.push(addresses.length > 0 ? `e.ip = any (${b.bind(addresses, "inet[]")})` : "false");
  }
  if (filter.guru.length > 0) all.push(anyOf(await guruConditions(b, { orgId, guruScope }, filter.guru)));
  if (filter.actor.length > 0) all.push(anyOf(await actorConditions(b, { orgId, guruScope }, filter.actor)));
  if (filter.q) all.push(searchCondition(b, filter.q));
  return { text: all.map((c) => `(${c})`).join(" and "), params: b.params, impossible: all.includes("false") };
}

function anyOf(conditions: string[]): string {
  return conditions.length === 0 ? "false" : conditions.join(" or ");
}

/** Slugs choose by guru id: that of today's guru, of a deleted one, or, known from old events alone, their snapshot. */
async function guruConditions(b: Binder, { orgId, guruScope }: FilterScope, values: string[]): Promise<string[]> {
  const conditions: string[] = [];
  const slugs = values.filter((v) => v !== "none");
  if (slugs.length !== values.length && guruScope === null) conditions.push("e.guru_id is null");
  if (slugs.length === 0) return conditions;
  const known = await sql()<{ id: string; slug: string }[]>`
    select id, slug from guru where org_id = ${orgId} and slug = any (${slugs})
    union all
    select id, slug from retired_guru where org_id = ${orgId} and slug = any (${slugs})`;
  const ids = known.map((k) => k.id).filter((id) => guruScope === null || id === guruScope);
  const unknown = slugs.filter((slug) => !known.some((k) => k.slug === slug));
  if (ids.length > 0) conditions.push(`e.guru_id = any (${b.bind(ids, "uuid[]")})`);
  if (unknown.length > 0) conditions.push(`e.guru_slug = any (${b.bind(unknown, "text[]")})`);
  return conditions;
}

/**
 * An account's id chooses what the person did, what their keys did and failed sign-ins on the account; a key's id what
 * the key did; an e-mail the accounts that are or were called so, and every event that shows it.
 */
async function actorConditions(b: Binder, scope: FilterScope, values: string[]): Promise<string[]> {
  const types = values.filter((v) => v === "system" || v === "anonymous");
  const ids = values.filter(isUuid).map((v) => v.toLowerCase());
  const emails = values.filter((v) => v.includes("@")).map((v) => v.toLowerCase());
  const conditions: string[] = [];
  if (types.length > 0) conditions.push(`e.actor_type = any (${b.bind(types, "text[]")})`);
  const accounts = new Set(await accountsCalled(scope, emails));
  if (ids.length > 0) {
    const known = await knownAccounts(scope, ids);
    for (const id of ids) accounts.add(id);
    // An id that is no account's may be a key's. The other column has no index, so it is asked only then.
    const keys = ids.filter((id) => !known.has(id));
    if (keys.length > 0) conditions.push(`e.actor_type = 'api_key' and e.actor_id = any (${b.bind(keys, "text[]")})`);
  }
  if (accounts.size > 0) conditions.push(`e.account_id = any (${b.bind([...accounts].sort(), "uuid[]")})`);
  if (emails.length > 0) conditions.push(`lower(e.actor_email) = any (${b.bind(emails, "text[]")})`);
  return conditions;
}

async function knownAccounts({ orgId, guruScope }: FilterScope, ids: string[]): Promise<Set<string>> {
  const rows = await sql()<{ id: string }[]>`
    select id::text from account where id = any (${ids}::uuid[])
    union
    select value from audit_facet
    where org_id = ${orgId} and scope = ${guruScope ?? organizationScope} and dimension = 'user' and value = any (${ids})`;
  return new Set(rows.map((r) => r.id));
}

/** On a guru's page only the names that its own events show: who has which e-mail today is not told there. */
async function accountsCalled({ orgId, guruScope }: FilterScope, emails: string[]): Promise<string[]> {
  if (emails.length === 0) return [];
  const rows = await sql()<{ id: string }[]>`
    select value as id from audit_facet
    where org_id = ${orgId} and scope = ${guruScope ?? organizationScope} and dimension = 'user'
      and value not in ('system', 'anonymous') and lower(label) = any (${emails})
    union
    select id::text from account where ${guruScope === null} and email_key = any (${emails})`;
  return rows.map((r) => r.id);
}

/** Text anywhere in e-mail, object, guru and operation; at the beginning of target id and address. */
function searchCondition(b: Binder, q: string): string {
  const escaped = q.replace(/[\\%_]/g, "\\$&");
  const anywhere = b.bind(`%${escaped}%`, "text");
  const beginning = b.bind(`${escaped}%`, "text");
  return [
    ...["e.actor_email", "e.target_label", "e.guru_name", "e.guru_slug", "e.operation"].map(
      (column) => `lower(${column}) like lower(${anywhere})`,
    ),
    `lower(e.target_id) like lower(${beginning})`,
    `host(e.ip) like lower(${beginning})`,
  ].join(" or ");
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
  const [quoted] = await sql.unsafe<Record<string, string>[]>(`select ${columns.join(", ")}`, compiled.params);
  return compiled.text.replace(/\$(\d+)/g, (_, n: string) => {
    const literal = quoted?.[`p${n}`];
    if (literal === undefined) throw new Error(`the parameter $${n} is missing`);
    return literal;
  });
}
