import "server-only";
import { and, asc, eq, inArray } from "drizzle-orm";
import type { OrgRole } from "@/lib/access/principal";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";

const { account, guru, guruRole, membership } = schema;

interface Guru {
  id: string;
  slug: string;
  name: string;
}
interface Member {
  id: string;
  email: string;
  role: OrgRole;
}
type GuruRole = "maintainer" | "viewer";

const keyOf = (guruId: string, accountId: string) => `${guruId} ${accountId}`;

/** Each guru with each person, in an order that does not depend on the form's. */
export function pairsOf(
  gurus: readonly Guru[],
  people: readonly Member[],
): { guru: Guru; person: Member; key: string }[] {
  return gurus.flatMap((each) =>
    people.map((person) => ({ guru: each, person, key: keyOf(each.id, person.id) })),
  );
}

/**
 * The members with these ids. Their memberships are locked: nobody is removed, and gets no other role, meanwhile.
 * @throws Refusal `not_found` when one is no member of the organization
 */
export async function lockMembersOf(tx: Tx, orgId: number, accountIds: readonly string[]): Promise<Member[]> {
  const found = await tx
    .select({ id: account.id, email: account.email, role: membership.role })
    .from(membership)
    .innerJoin(account, eq(account.id, membership.accountId))
    .where(and(eq(membership.orgId, orgId), inArray(membership.accountId, [...accountIds])))
    .orderBy(asc(membership.accountId))
    .for("update", { of: membership });
  if (found.length < accountIds.length)
    throw refuse("not_found", "One of these people is no member any more. Reload the page to see who is.");
  return found;
}

/**
 * The gurus with these ids; they cannot be deleted meanwhile.
 * @throws Refusal `not_found` when one is not the organization's
 */
export async function lockGurus(tx: Tx, orgId: number, guruIds: readonly string[]): Promise<Guru[]> {
  const found = await tx
    .select({ id: guru.id, slug: guru.slug, name: guru.name })
    .from(guru)
    .where(and(eq(guru.orgId, orgId), inArray(guru.id, [...guruIds])))
    .orderBy(asc(guru.id))
    .for("share");
  if (found.length < guruIds.length)
    throw refuse(
      "not_found",
      "One of these gurus does not exist any more. Reload the page to see which ones do.",
    );
  return found;
}

/** The roles that the people hold in the gurus, by pair; locked. */
export async function rolesHeld(
  tx: Tx,
  of: { gurus: readonly string[]; accounts: readonly string[] },
): Promise<Map<string, GuruRole>> {
  const rows = await tx
    .select()
    .from(guruRole)
    .where(and(inArray(guruRole.guruId, [...of.gurus]), inArray(guruRole.accountId, [...of.accounts])))
    .orderBy(asc(guruRole.guruId), asc(guruRole.accountId))
    .for("update");
  return new Map(rows.map((row) => [keyOf(row.guruId, row.accountId), row.role]));
}
