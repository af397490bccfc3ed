import "server-only";
import { and, asc, eq, isNull } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { endStepsOf } from "@/lib/access/sign-in-steps";
import { guruRoleRevoked, sessionRevoked } from "@/lib/audit/catalogue/accounts";
import { auditViewDeleted } from "@/lib/audit/catalogue/audit-log";
import { inviteCancelled, joinRequestRejected } from "@/lib/audit/catalogue/members";
import { apiKeyDeleted } from "@/lib/audit/catalogue/organization";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "./facts";

/** Whose rights end. The facts below are for the list of an act that leads them: each carries it as its cause. */
export interface Leaver {
  id: string;
  email: string;
}

/**
 * Ends what gives a person access to an organization, all of it from the next request on: sessions, API keys, roles in
 * gurus. For whoever takes a membership away.
 * @param tx under `lockMembers`, the membership's row locked or gone: nobody lets the person in again, or gives them a role,
 *   meanwhile
 */
export async function endAccessOf(tx: Tx, orgId: number, person: Leaver): Promise<AuditFact[]> {
  return [
    ...(await endSessionsOf(tx, person)),
    ...(await deleteApiKeysOf(tx, orgId, person)),
    ...(await revokeGuruRolesOf(tx, orgId, person)),
  ];
}

/**
 * Ends all sessions of an account, and half a sign-in too.
 * @returns one fact with their number; none when there was no session
 */
export async function endSessionsOf(tx: Tx, person: Leaver): Promise<AuditFact[]> {
  // Ended, not deleted: that somebody had the password is recorded when they are cleared away.
  await endStepsOf(tx, person.id);
  const ended = await tx
    .delete(schema.session)
    .where(eq(schema.session.accountId, person.id))
    .returning({ id: schema.session.accountId });
  if (ended.length === 0) return [];
  return [
    {
      event: sessionRevoked,
      target: { id: person.id, type: "user" },
      label: person.email,
      details: { sessions: ended.length },
    },
  ];
}

/** Deletes a person's API keys of an organization. @returns one fact a key */
export async function deleteApiKeysOf(tx: Tx, orgId: number, person: Leaver): Promise<AuditFact[]> {
  const { apiKey } = schema;
  const gone = await tx
    .delete(apiKey)
    .where(and(eq(apiKey.accountId, person.id), eq(apiKey.orgId, orgId)))
    .returning({ id: apiKey.id, name: apiKey.name });
  return gone
    .sort((a, b) => a.id.localeCompare(b.id))
    .map(({ id, name }) => ({
      event: apiKeyDeleted,
      target: { id, type: "api_key" },
      label: name,
      metadata: { api_key: name },
      details: { holder: person.email },
    }));
}

/** Takes all roles of a person in an organization's gurus. @returns one fact a guru */
export async function revokeGuruRolesOf(tx: Tx, orgId: number, person: Leaver): Promise<AuditFact[]> {
  const { guru, guruRole } = schema;
  const held = await tx
    .select({ id: guru.id, slug: guru.slug, name: guru.name, role: guruRole.role })
    .from(guruRole)
    .innerJoin(guru, eq(guru.id, guruRole.guruId))
    .where(and(eq(guruRole.accountId, person.id), eq(guru.orgId, orgId)))
    .orderBy(asc(guru.id))
    .for("update", { of: guruRole });
  const facts: AuditFact[] = [];
  for (const { role, ...of } of held) {
    await tx.delete(guruRole).where(and(eq(guruRole.guruId, of.id), eq(guruRole.accountId, person.id)));
    facts.push({
      event: guruRoleRevoked,
      target: { id: person.id, type: "user" },
      label: person.email,
      guru: of,
      changes: [{ field: "role", before: role, after: null }],
    });
  }
  return facts;
}

/** Deletes the views of logs that an account saved, shared ones too: nobody else answers for them. @returns one fact a view */
export async function deleteViewsOf(tx: Tx, person: Leaver): Promise<AuditFact[]> {
  const { savedView, guru } = schema;
  const views = await tx
    .select({ view: savedView, guru: { id: guru.id, slug: guru.slug, name: guru.name } })
    .from(savedView)
    .leftJoin(guru, eq(guru.id, savedView.guruId))
    .where(eq(savedView.accountId, person.id))
    .orderBy(asc(savedView.id))
    .for("update", { of: savedView });
  if (views.length > 0) await tx.delete(savedView).where(eq(savedView.accountId, person.id));
  return views.map(({ view, guru: of }) => ({
    event: auditViewDeleted,
    target: of ? { id: of.id, type: "guru" } : { id: String(view.orgId), type: "org" },
    label: view.name,
    guru: of,
    details: {
      name: view.name,
      shared: view.shared,
      filters: view.filter,
      ...(view.recentDays === null ? {} : { recentDays: view.recentDays }),
      savedBy: person.id,
    },
  }));
}

/** Answers a person's open join request with no. @returns one fact; none when there was no request */
export async function rejectRequestOf(tx: Tx, orgId: number, person: Leaver): Promise<AuditFact[]> {
  const { joinRequest } = schema;
  const gone = await tx
    .delete(joinRequest)
    .where(and(eq(joinRequest.orgId, orgId), eq(joinRequest.accountId, person.id)))
    .returning({ id: joinRequest.id });
  return gone.map(({ id }) => ({
    event: joinRequestRejected,
    target: { id, type: "account_join_request" },
    label: person.email,
  }));
}

/**
 * Withdraws the open invites of an address: nobody comes in by an invite that has lost its sense.
 * @param tx under `lockMembers`
 * @returns one fact an invite
 */
export async function cancelInvitesOf(tx: Tx, orgId: number, email: string): Promise<AuditFact[]> {
  const { invite } = schema;
  const gone = await tx
    .delete(invite)
    .where(and(eq(invite.orgId, orgId), eq(invite.emailKey, emailKey(email)), isNull(invite.acceptedAt)))
    .returning({ id: invite.id, email: invite.email });
  return gone.map(({ id, email: label }) => ({
    event: inviteCancelled,
    target: { id, type: "invite" },
    label,
  }));
}
