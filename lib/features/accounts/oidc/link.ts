import "server-only";
import { eq, sql } from "drizzle-orm";
import { endLinks } from "@/lib/access/account-tokens";
import { forgetBrowsers } from "@/lib/access/known-browsers";
import { wasRemoved } from "@/lib/access/members";
import { type OidcIdentity, oidcSettings } from "@/lib/access/openid-connect";
import { theOrganization } from "@/lib/access/principal";
import { removeFactor } from "@/lib/access/second-factor";
import { factorDisabled, userUpdated } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";
import { deleteApiKeysOf, endSessionsOf } from "@/lib/gate/leaving";
import { byThePerson } from "../first-step";
import { provision } from "./join";
import { type FoundAccount, insertIdentity, type Person, refuseOtherPerson } from "./people";

/**
 * Gives an identity to the account of its verified address: from now on it signs in with either. An account whose address
 * nobody has proven, or that nobody lets in, may have been made by a stranger who typed this address: then what the
 * stranger has set up (password, second factor, sessions, API keys) ends here. Of an account with a password that the owner
 * gave and nobody has changed, the password and its sessions end; a second factor of it is its person's, as nobody sets
 * one up before they have changed the password.
 * @throws OidcRefusal when the provider has another person linked to the account: addresses are given to others, subjects
 *   never are
 */
export async function linkIdentity(
  tx: Tx,
  identity: OidcIdentity,
  found: FoundAccount,
): Promise<{ person: Person; lead: AuditFact[]; follow: AuditFact[] }> {
  const by = byThePerson(found);
  const isStrangers = found.role === null || !found.isEmailProven;
  const endsPassword = isStrangers || found.mustChangePassword;
  await refuseOtherPerson(tx, identity, found);
  await insertIdentity(tx, identity, found.id);
  const before = found.hasPassword ? "password" : null;
  const after = [...(found.hasPassword && !endsPassword ? ["password"] : []), identity.issuer].join(", ");
  const linked: AuditFact = { ...by, event: userUpdated, changes: [{ field: "signInBy", before, after }] };
  const ended = [
    ...(isStrangers ? await endKeysAndFactor(tx, found) : []),
    ...(endsPassword ? await endPassword(tx, found) : []),
  ];
  await tx
    .update(schema.account)
    .set({ emailProvenAt: sql`coalesce(email_proven_at, gurulog_now())` })
    .where(eq(schema.account.id, found.id));
  const waitsForAnswer = found.role === null && found.isWaiting;
  // Whom the owner removed the provider does not let in again: their request waits.
  const provisions = waitsForAnswer && oidcSettings()?.jit === true && !(await wasRemoved(tx, found.id));
  const joined = provisions ? [await provision(tx, found)] : [];
  return { person: found, lead: [], follow: [linked, ...ended, ...joined] };
}

async function endKeysAndFactor(tx: Tx, found: FoundAccount): Promise<AuditFact[]> {
  const by = byThePerson(found);
  const keys = await deleteApiKeysOf(tx, theOrganization, found);
  const facts = keys.map((fact) => ({ ...fact, actor: by.actor }));
  if (!(await removeFactor(tx, found.id))) return facts;
  return [{ ...by, event: factorDisabled, details: { by: "linking" } }, ...facts];
}

async function endPassword(tx: Tx, found: FoundAccount): Promise<AuditFact[]> {
  const { account } = schema;
  await tx
    .update(account)
    .set({ passwordHash: null, mustChangePassword: false })
    .where(eq(account.id, found.id));
  await forgetBrowsers(tx, found.id);
  await endLinks(tx, found.id);
  const { actor } = byThePerson(found);
  return (await endSessionsOf(tx, found)).map((fact) => ({ ...fact, actor }));
}
