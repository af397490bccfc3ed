import "server-only";
import { organizationScope } from "@/lib/audit/seal/dimensions";
import type { Sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";

/** Whose log is read. */
export interface FilterScope {
  orgId: number;
  /** Id of the guru whose page it is; null for the organization's whole log. */
  guruScope: string | null;
}

export interface ChosenGurus {
  ids: string[];
  /** Events that belong to no guru. */
  none: boolean;
  /** Slugs that only old events know. */
  snapshots: string[];
}

/**
 * Slugs choose by guru id: that of today's guru or of a deleted one. A slug that neither has is looked for among the
 * events' snapshots.
 * @param values slugs and `none`
 */
export async function resolveGurus(
  db: Sql,
  { orgId, guruScope }: FilterScope,
  values: string[],
): Promise<ChosenGurus> {
  const none = guruScope === null && values.includes("none");
  const slugs = values.filter((v) => v !== "none");
  if (slugs.length === 0) return { ids: [], none, snapshots: [] };
  const known = await db<{ id: string; slug: string }[]>`
    select id, slug from guru where org_id = ${orgId} and slug = any (${slugs})
    union all
    select id, slug from retired_guru where org_id = ${orgId} and slug = any (${slugs})`;
  const ids = known.map((k) => k.id).filter((id) => guruScope === null || id === guruScope);
  return { ids, none, snapshots: slugs.filter((slug) => !known.some((k) => k.slug === slug)) };
}

export interface ChosenActors {
  /** `system`, `anonymous`. */
  types: string[];
  /** What the person did, what their keys did, and failed sign-ins on the account. */
  accounts: string[];
  /** Ids that no account is known by: an account's whose events are not sealed yet, or a key's. */
  unknownIds: string[];
  /** Lower case. */
  emails: string[];
}

/**
 * An e-mail chooses the accounts that are called so and every event that shows it; a text that is neither an id nor an
 * e-mail chooses nothing.
 * @param values account ids, key ids, e-mails, `system`, `anonymous`
 */
export async function resolveActors(db: Sql, scope: FilterScope, values: string[]): Promise<ChosenActors> {
  const types = values.filter((v) => v === "system" || v === "anonymous");
  const ids = values.filter(isUuid).map((v) => v.toLowerCase());
  const emails = values.filter((v) => v.includes("@")).map((v) => v.toLowerCase());
  const known = await knownAccounts(db, scope, ids);
  const accounts = new Set([...known, ...(await accountsCalled(db, scope, emails))]);
  return { types, accounts: [...accounts].sort(), unknownIds: ids.filter((id) => !known.has(id)), emails };
}

async function knownAccounts(
  db: Sql,
  { orgId, guruScope }: FilterScope,
  ids: string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db<{ id: string }[]>`
    select id::text from account where id = any (${ids})
    union
    select value from audit_facet
    where org_id = ${orgId} and scope = ${guruScope ?? organizationScope} and dimension = 'user' and value = any (${ids})`;
  return new Set(rows.map((r) => r.id));
}

/** On a guru's page only the names that its own events show: who has which e-mail today is not told there. */
async function accountsCalled(
  db: Sql,
  { orgId, guruScope }: FilterScope,
  emails: string[],
): Promise<string[]> {
  if (emails.length === 0) return [];
  const rows = await db<{ id: string }[]>`
    select value as id from audit_facet
    where org_id = ${orgId} and scope = ${guruScope ?? organizationScope} and dimension = 'user'
      and value not in ('system', 'anonymous') and lower(label) = any (${emails})
    union
    select id::text from account where ${guruScope === null} and email_key = any (${emails})`;
  return rows.map((r) => r.id);
}
