import "server-only";
import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import type { OrgRole } from "./principal";

const { account, membership } = schema;

/** An account as the acts of its organization's owner find it. */
export interface Person {
  id: string;
  email: string;
  name: string;
  /** Null: it waits for an answer, or was removed. */
  role: OrgRole | null;
}

/** The membership of an account in the organization, for joins. */
export const membershipIn = (orgId: number) =>
  and(eq(membership.accountId, account.id), eq(membership.orgId, orgId));

/** Accounts whose owner is the organization's: its members, and who is no member of any. */
export const ofOrganization = (orgId: number): SQL => sql`(
  exists (select from membership m where m.account_id = ${account.id} and m.org_id = ${orgId})
  or not exists (select from membership m where m.account_id = ${account.id}))`;

/** What somebody typed to find people by, in the form in which names and addresses are compared. */
export const searchText = (typed: string): string =>
  cleanText(typed.normalize("NFC").trim(), 320).toLowerCase();

/** Does the name or the address of an account hold the text? Any does where nothing is searched for. */
export const nameOrAddressHolds = (search: string): SQL | undefined =>
  search === ""
    ? undefined
    : or(
        sql`position(${search} in lower(${account.name})) > 0`,
        sql`position(${search} in ${account.emailKey}) > 0`,
      );

/**
 * Holds an account's row until the transaction ends, before anything that hangs on it is touched: a new password, the end of
 * its sessions or its own end come before what is done here or after it, and no two wait for each other.
 */
export async function holdAccount(tx: Pick<Tx, "select">, accountId: string): Promise<void> {
  await tx.select({ id: account.id }).from(account).where(eq(account.id, accountId)).for("share");
}

/**
 * The account that the owner acts on, locked until the transaction ends: no sign-in, no key and no role comes to it
 * meanwhile.
 * @throws Refusal `not_found` for one that is not, or is another organization's
 */
export async function lockPerson(tx: Tx, orgId: number, accountId: string): Promise<Person> {
  // The membership first: whoever gives a role locks it too, and then needs the account.
  const [member] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(and(eq(membership.accountId, accountId), eq(membership.orgId, orgId)))
    .for("update");
  const [found] = await tx
    .select({ id: account.id, email: account.email, name: account.name })
    .from(account)
    .where(and(eq(account.id, accountId), ofOrganization(orgId)))
    .for("update");
  if (!found)
    throw refuse("not_found", "This account does not exist any more. Reload the page to see who does.");
  return { ...found, role: member?.role ?? null };
}
