import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { inviteLinkToken, isLinkToken, linkTokenHash } from "@/lib/access/link-tokens";
import { addMembership, refuseWithoutSeat, roleOf } from "@/lib/access/members";
import { theOrganization } from "@/lib/access/principal";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import {
  inviteAccepted,
  inviteAcceptFailed,
  joinRequested,
  joinRequestFailed,
  memberJoined,
} from "@/lib/audit/catalogue/members";
import { schema, type Tx } from "@/lib/db/client";
import { sameSecret } from "@/lib/platform/crypto";
import { Refusal, refuse } from "@/lib/platform/errors";
import type { AuditFact } from "./facts";
import { mailOwnerOfRequest } from "./request-mail";

/** Strangers make requests; more than anybody would read are not kept. */
const mostRequests = 1_000;

/**
 * A refusal of one step of an act of several (registering with an invite): recorded as that step's failed event, and
 * as no other.
 */
export class StepRefused extends Refusal {
  constructor(
    readonly event: EventDefinition,
    readonly target: { id: string },
    { code, message, options }: Refusal,
  ) {
    super(code, message, options);
  }
}

/** Does one step, whose refusals are its own failed event. */
async function asStep<T>(event: EventDefinition, target: { id: string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refusal ? new StepRefused(event, target, error) : error;
  }
}

/** How somebody may join at the moment. */
export interface Joining {
  name: string;
  approvalRequired: boolean;
  /** Null while there is no invite link. */
  linkToken: string | null;
}

export async function joiningNow(db: Pick<Tx, "select">): Promise<Joining> {
  const { organization } = schema;
  const [org] = await db
    .select({
      name: organization.name,
      approvalRequired: organization.memberApprovalRequired,
      linkEnabled: organization.inviteLinkEnabled,
      linkVersion: organization.inviteLinkVersion,
    })
    .from(organization)
    .where(eq(organization.id, theOrganization));
  return {
    name: org?.name ?? "",
    approvalRequired: org?.approvalRequired ?? true,
    linkToken: org?.linkEnabled ? inviteLinkToken(theOrganization, org.linkVersion) : null,
  };
}

/** Does the organization's invite link say this token? */
export function isInviteLink(joining: Pick<Joining, "linkToken">, token: string): boolean {
  return joining.linkToken !== null && sameSecret(joining.linkToken, token);
}

/** By which door somebody became a member whom nobody let in by name. */
type OpenDoor = "link" | "open";

/**
 * The fact of a membership that begins by the invite link, or because members need no approval. A membership that the
 * owner gave (an invite, an approval, a made account) or the identity provider has an event of that act.
 */
export function joinedFact(
  { id, email }: { id: string; email: string },
  by: OpenDoor,
  joinRequest: string | null = null,
): AuditFact {
  return {
    event: memberJoined,
    target: { id },
    label: email,
    details: { by, ...(joinRequest ? { joinRequest } : {}) },
  };
}

/** The fact of a request to join, the same by every door: its object is who asks. */
export function requestedFact(email: string): AuditFact {
  return { event: joinRequested, target: { id: String(theOrganization), type: "org" }, label: email };
}

/**
 * Puts a request to join before the owner, with a mail. Under `lockMembers`.
 * @returns the request's id
 * @throws StepRefused when one of the account waits already, or too many wait
 */
export async function requestToJoin(tx: Tx, accountId: string): Promise<string> {
  const { joinRequest } = schema;
  return asStep(joinRequestFailed, { id: String(theOrganization) }, async () => {
    const waiting = await tx.$count(joinRequest, eq(joinRequest.orgId, theOrganization));
    if (waiting >= mostRequests)
      throw refuse(
        "busy",
        "Too many requests to join wait for an answer. Ask the owner to answer some first.",
      );
    const [made] = await tx
      .insert(joinRequest)
      .values({ orgId: theOrganization, accountId })
      .onConflictDoNothing()
      .returning({ id: joinRequest.id });
    if (!made)
      throw refuse(
        "exists",
        "Your request to join is waiting for the owner's answer. There is nothing more to do.",
      );
    await mailOwnerOfRequest(tx, made.id);
    return made.id;
  });
}

/** Takes an account's request away, as what it asked for was given. @returns its id; null when there was none */
export async function answerRequestOf(tx: Tx, accountId: string): Promise<string | null> {
  const { joinRequest } = schema;
  const [gone] = await tx
    .delete(joinRequest)
    .where(and(eq(joinRequest.orgId, theOrganization), eq(joinRequest.accountId, accountId)))
    .returning({ id: joinRequest.id });
  return gone?.id ?? null;
}

export interface Invite {
  id: string;
  email: string;
  state: "open" | "expired" | "used";
}

/** The invite that a link is for; null for a link of none. */
export async function inviteOf(db: Pick<Tx, "select">, token: string): Promise<Invite | null> {
  if (!isLinkToken(token)) return null;
  const { invite } = schema;
  const [found] = await db
    .select({
      id: invite.id,
      email: invite.email,
      state: sql<Invite["state"]>`case when ${invite.acceptedAt} is not null then 'used'
        when ${invite.expiresAt} <= gurulog_now() then 'expired' else 'open' end`,
    })
    .from(invite)
    .where(and(eq(invite.tokenHash, linkTokenHash(token)), eq(invite.orgId, theOrganization)));
  return found ?? null;
}

const whyNot = {
  used: "This invite was used already. Sign in, or ask the owner for another.",
  expired: "This invite has expired. Ask the owner for another.",
} as const;

/**
 * Makes an account a member by its invite, and uses that up. Under `lockMembers`, so of any number at once one succeeds.
 * @param account makes the account, or knows it; called once the invite is found to be the person's
 * @returns the fact of INVITE_ACCEPTED
 * @throws StepRefused (INVITE_ACCEPT_FAILED) for an invite that cannot be taken, or without a free seat
 */
export async function acceptInvite(
  tx: Tx,
  token: string,
  email: string,
  account: () => Promise<string>,
): Promise<AuditFact> {
  const found = await inviteOf(tx, token);
  const target = { id: found?.id ?? "unknown" };
  await asStep(inviteAcceptFailed, target, async () => {
    if (!found)
      throw refuse("not_found", "This invite does not exist, or was cancelled. Ask the owner for another.");
    if (emailKey(found.email) !== emailKey(email))
      throw refuse(
        "forbidden",
        "This invite is for another e-mail address. Sign in with the account of that address.",
      );
    if (found.state === "used") throw refuse("conflict", whyNot.used);
    if (found.state === "expired") throw refuse("expired", whyNot.expired);
    await refuseWithoutSeat(tx);
  });
  const accountId = await account();
  return asStep(inviteAcceptFailed, target, async () => {
    if ((await roleOf(tx, accountId)) !== null)
      throw refuse("exists", "You are a member already. There is nothing to accept.");
    await addMembership(tx, accountId, "member");
    await tx
      .update(schema.invite)
      .set({ acceptedAt: sql`gurulog_now()`, acceptedBy: accountId })
      .where(eq(schema.invite.id, target.id));
    await proveByMail(tx, accountId, target.id);
    const joinRequest = await answerRequestOf(tx, accountId);
    return {
      event: inviteAccepted,
      target,
      label: found?.email ?? email,
      ...(joinRequest ? { details: { joinRequest } } : {}),
    };
  });
}

/**
 * The address of an invite is the person's where the invite was mailed there. Passed on by the owner otherwise, it says
 * nothing of who reads that address.
 */
async function proveByMail(tx: Tx, accountId: string, inviteId: string): Promise<void> {
  await tx.execute(sql`
    update account set email_proven_at = gurulog_now()
    where id = ${accountId}::uuid and email_proven_at is null and exists (
      select from mail_message
      where kind = 'invite' and subject_id = ${inviteId}::uuid and delivered_at is not null)`);
}
