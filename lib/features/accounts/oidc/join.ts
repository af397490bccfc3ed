import "server-only";
import { addMembership, insertAccount, ownerExists, refuseWithoutSeat } from "@/lib/access/members";
import { type OidcIdentity, oidcSettings } from "@/lib/access/openid-connect";
import { mostNameLength } from "@/lib/access/person-fields";
import { theOrganization } from "@/lib/access/principal";
import { creationFailed, registered } from "@/lib/audit/catalogue/accounts";
import { jitProvisioned, jitProvisioningFailed } from "@/lib/audit/catalogue/organization";
import type { Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";
import { answerRequestOf, joinedFact, joiningNow, requestedFact, requestToJoin } from "@/lib/gate/joining";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { byThePerson } from "../first-step";
import { nameOfEmail } from "../rules";
import { insertIdentity, type Person } from "./people";
import { asStepOf } from "./refusal";

/**
 * Makes an account for somebody whom the provider names for the first time. With JIT provisioning it is a member at once;
 * without it waits for the owner's answer, unless people may join without approval anyway.
 * @param tx under `lockMembers`
 */
export async function joinByOidc(
  tx: Tx,
  identity: OidcIdentity,
  email: string,
): Promise<{ person: Person; lead: AuditFact[]; follow: AuditFact[] }> {
  const { approvalRequired } = await joiningNow(tx);
  const isJit = oidcSettings()?.jit === true;
  await asStepOf(creationFailed, async () => {
    if (!(await ownerExists(tx)))
      throw refuse("closed", "This instance has no owner yet. Open the set-up link that its start printed.");
    if (!isJit && !approvalRequired) await refuseWithoutSeat(tx);
  });
  const name = cleanText(
    (identity.claims.name ?? nameOfEmail(email)).normalize("NFC").trim(),
    mostNameLength,
  );
  const id = await asStepOf(creationFailed, () =>
    insertAccount(tx, { email, name, passwordHash: null, isEmailProven: true }),
  );
  const person = { id, email };
  await insertIdentity(tx, identity, person.id);
  const lead: AuditFact[] = [{ ...byThePerson(person), event: registered }];
  if (isJit) lead.push(await provision(tx, person));
  else if (!approvalRequired) {
    await addMembership(tx, person.id, "member");
    lead.push({ ...byThePerson(person), ...joinedFact(person, "open") });
  } else {
    await requestToJoin(tx, person.id);
    lead.push({ ...byThePerson(person), ...requestedFact(email) });
  }
  return { person, lead, follow: [] };
}

/**
 * Makes the person of a first sign-in a member. A join request of theirs has its answer.
 * @throws StepRefused (JIT_PROVISIONING_FAILED) when all seats are taken
 */
export async function provision(tx: Tx, person: Person): Promise<AuditFact> {
  await asStepOf(jitProvisioningFailed, () => refuseWithoutSeat(tx));
  await answerRequestOf(tx, person.id);
  await addMembership(tx, person.id, "member");
  return { ...byThePerson(person), ...(await theOrganizationAsTarget(tx)), event: jitProvisioned };
}

async function theOrganizationAsTarget(tx: Tx): Promise<Pick<AuditFact, "target" | "label">> {
  return { target: { id: String(theOrganization), type: "org" }, label: (await joiningNow(tx)).name };
}
