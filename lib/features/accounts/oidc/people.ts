import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import type { OidcIdentity } from "@/lib/access/openid-connect";
import { emailField } from "@/lib/access/person-fields";
import { theOrganization } from "@/lib/access/principal";
import { schema, type Tx } from "@/lib/db/client";
import { OidcRefusal } from "./refusal";

export interface Person {
  id: string;
  email: string;
}

/** The account that an identity belongs to; notes that it was used. */
export async function accountOfIdentity(tx: Tx, { issuer, claims }: OidcIdentity): Promise<Person | null> {
  const { identity, account } = schema;
  const mine = and(eq(identity.issuer, issuer), eq(identity.subject, claims.subject));
  const [known] = await tx.select({ accountId: identity.accountId }).from(identity).where(mine);
  if (!known) return null;
  // The account before what hangs on it, as whoever deletes it does: so no two wait for each other.
  const [found] = await tx
    .select({ id: account.id, email: account.email })
    .from(account)
    .where(eq(account.id, known.accountId))
    .for("share");
  const used = await tx
    .update(identity)
    .set({ lastUsedAt: sql`gurulog_now()` })
    .where(mine)
    .returning({ accountId: identity.accountId });
  return found && used.some((row) => row.accountId === found.id) ? found : null;
}

/** Makes the identity one of the account. */
export async function insertIdentity(
  tx: Tx,
  { issuer, claims }: OidcIdentity,
  accountId: string,
): Promise<void> {
  await tx.insert(schema.identity).values({ issuer, subject: claims.subject, accountId });
}

/**
 * The address may have been given to somebody else at the provider, or the account's person may have taken it here: neither
 * lets a second person of the same provider in.
 * @param tx under `lockMembers`
 * @throws OidcRefusal when the account has another identity of the provider
 */
export async function refuseOtherPerson(tx: Tx, { issuer }: OidcIdentity, of: Person): Promise<void> {
  const { identity } = schema;
  const others = await tx.$count(identity, and(eq(identity.accountId, of.id), eq(identity.issuer, issuer)));
  if (others > 0)
    throw new OidcRefusal(
      "other-identity",
      "conflict",
      "The account of your e-mail address belongs to another person of your identity provider. Ask the owner of this organization.",
    );
}

/** An account as a new identity finds it. */
export interface FoundAccount extends Person {
  hasPassword: boolean;
  mustChangePassword: boolean;
  /** It is known that the address is the account's person's. */
  isEmailProven: boolean;
  role: "owner" | "auditor" | "member" | null;
  /** A join request of it waits for the owner's answer. */
  isWaiting: boolean;
}

/** The account that has an address, if there is one. */
export async function accountOfEmail(tx: Tx, email: string): Promise<FoundAccount | null> {
  const { account, membership, joinRequest } = schema;
  const [found] = await tx
    .select({
      id: account.id,
      email: account.email,
      hasPassword: sql<boolean>`${account.passwordHash} is not null`,
      mustChangePassword: account.mustChangePassword,
      isEmailProven: sql<boolean>`${account.emailProvenAt} is not null`,
      role: membership.role,
      isWaiting: sql<boolean>`${joinRequest.id} is not null`,
    })
    .from(account)
    .leftJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, theOrganization)))
    .leftJoin(joinRequest, and(eq(joinRequest.accountId, account.id), eq(joinRequest.orgId, theOrganization)))
    .where(eq(account.emailKey, emailKey(email)))
    .for("update", { of: account });
  return found ?? null;
}

/**
 * The address that the provider vouches for. Without its word an address says nothing: whoever can write any address at
 * the provider would get into the account that has it here.
 * @throws OidcRefusal the same whether or not there is such an account
 */
export function verifiedEmail({ claims }: OidcIdentity): string {
  const parsed = emailField("").safeParse(claims.email);
  if (!parsed.success || !claims.emailVerified)
    throw new OidcRefusal(
      "unverified-email",
      "forbidden",
      "Your identity provider has not verified your e-mail address. Verify it there and sign in again, or ask the owner of this organization.",
    );
  return parsed.data;
}
