import "server-only";
import { eq } from "drizzle-orm";
import { endLinks } from "@/lib/access/account-tokens";
import { type OidcIdentity, oidcSettings } from "@/lib/access/openid-connect";
import { removeFactor } from "@/lib/access/second-factor";
import { endOtherSessions } from "@/lib/access/sessions";
import { factorDisabled, sessionRevoked, userUpdated } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";
import { byThePerson } from "../first-step";
import { provision } from "./join";
import { type FoundAccount, insertIdentity, type Person, refuseOtherPerson } from "./people";

/**
 * Gives an identity to the account of its verified address: from now on it signs in with either. An account that nobody
 * has let in yet may have been made by a stranger who typed this address: then what the stranger has set up (password,
 * second factor, sessions) ends here. So does a password that the owner gave and nobody has changed; a second factor of
 * that account is its person's, as nobody sets one up before they have changed the password.
 * @throws OidcRefusal when the provider has another person linked to the account: addresses are given to others, subjects
 *   never are
 */
export async function linkIdentity(
  tx: Tx,
  identity: OidcIdentity,
  found: FoundAccount,
): Promise<{ person: Person; lead: AuditFact[]; follow: AuditFact[] }> {
  const by = byThePerson(found);
  const isUnproven = found.role === null || found.mustChangePassword;
  await refuseOtherPerson(tx, identity, found);
  await insertIdentity(tx, identity, found.id);
  const before = found.hasPassword ? "password" : null;
  const after = [...(found.hasPassword && !isUnproven ? ["password"] : []), identity.issuer].join(", ");
  const linked: AuditFact = { ...by, event: userUpdated, changes: [{ field: "signInBy", before, after }] };
  const ended = isUnproven ? await endWhatStrangersMade(tx, found) : [];
  const waitsForAnswer = found.role === null && found.isWaiting;
  const joined = waitsForAnswer && oidcSettings()?.jit ? [await provision(tx, found)] : [];
  return { person: found, lead: [], follow: [linked, ...ended, ...joined] };
}

async function endWhatStrangersMade(tx: Tx, found: FoundAccount): Promise<AuditFact[]> {
  const by = byThePerson(found);
  const { account, knownBrowser } = schema;
  await tx
    .update(account)
    .set({ passwordHash: null, mustChangePassword: false })
    .where(eq(account.id, found.id));
  await tx.delete(knownBrowser).where(eq(knownBrowser.accountId, found.id));
  await endLinks(tx, found.id);
  const sessions = await endOtherSessions(tx, found.id, null);
  const facts: AuditFact[] = [];
  // Of a member it stands between them and whoever has got hold of their account at the provider.
  if (found.role === null && (await removeFactor(tx, found.id)))
    facts.push({ ...by, event: factorDisabled, details: { by: "linking" } });
  if (sessions > 0) facts.push({ ...by, event: sessionRevoked, details: { sessions } });
  return facts;
}
