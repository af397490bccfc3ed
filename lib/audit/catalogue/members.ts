import { z } from "zod";
import { defineEvent } from "./define";

const fixed = { fixed: true } as const;
const failed = { outcome: "failure", fixed: true } as const;
const inviting = { model: "Invite", targetType: "org", actionType: "created" } as const;
const accepting = { model: "Invite", targetType: "invite", actionType: "updated" } as const;
const asking = { model: "AccountJoinRequest", targetType: "org", actionType: "created" } as const;
const answering = { model: "AccountJoinRequest", targetType: "account_join_request" } as const;
const handingOver = { model: "Organization", targetType: "org", actionType: "updated" } as const;
const membership = { model: "Membership", targetType: "user" } as const;

export const inviteFailed = defineEvent({
  ...inviting,
  ...failed,
  action: "user.invite_failed",
  operation: "INVITE_FAILED",
  when: "invites are refused, all of them together: no seat is free, one is open already, or the person is a member",
});
export const invitesCreated = defineEvent({
  ...inviting,
  ...fixed,
  action: "user.invites_created",
  operation: "INVITES_CREATED",
  failed: inviteFailed,
  when: "the owner invites people by e-mail address; one event for all that are invited together",
});
export const inviteAcceptFailed = defineEvent({
  ...accepting,
  ...failed,
  action: "user.invite_accept_failed",
  operation: "INVITE_ACCEPT_FAILED",
  when: "an invite is not taken: unknown, used, expired, another person's, already a member, no seat is free, or tried too often (one event a minute with their count); also when somebody registers with it",
});
export const inviteAccepted = defineEvent({
  ...accepting,
  ...fixed,
  action: "user.invite_accepted",
  operation: "INVITE_ACCEPTED",
  /** The request of the same person that this answers. */
  details: { joinRequest: z.string().optional() },
  failed: inviteAcceptFailed,
  when: "a person accepts an invite and is a member from then on; also by registering with it",
});
export const inviteCancelled = defineEvent({
  model: "Invite",
  targetType: "invite",
  action: "user.invite_cancelled",
  operation: "INVITE_CANCELLED",
  actionType: "deleted",
  when: "the owner cancels an invite, or it goes with the member whose address it is for",
});
export const joinRequestFailed = defineEvent({
  ...asking,
  ...failed,
  action: "user.join_request_creation_failed",
  operation: "JOIN_REQUEST_FAILED",
  when: "a person is not let in and their request is not taken: one waits already, already a member, too many wait, the invite link is void, no seat is free, or asked too often (one event a minute with their count)",
});
export const joinRequested = defineEvent({
  ...asking,
  ...fixed,
  action: "user.join_requested",
  operation: "JOIN_REQUESTED",
  failed: joinRequestFailed,
  when: "a person asks to join while members need approval, or after the owner removed them: by registering, by a first sign-in, or again later",
});
export const joinRequestApproveFailed = defineEvent({
  ...answering,
  ...failed,
  action: "user.join_request_approve_failed",
  operation: "JOIN_REQUEST_APPROVE_FAILED",
  actionType: "updated",
  when: "an approval is refused: unknown request, already a member, or no seat is free",
});
export const joinRequestApproved = defineEvent({
  ...answering,
  ...fixed,
  action: "user.join_request_approved",
  operation: "JOIN_REQUEST_APPROVED",
  actionType: "updated",
  failed: joinRequestApproveFailed,
  when: "the owner approves a request: the person is a member from then on",
});
export const joinRequestRejected = defineEvent({
  ...answering,
  action: "user.join_request_rejected",
  operation: "JOIN_REQUEST_REJECTED",
  actionType: "deleted",
  when: "the owner rejects a request",
});
export const memberJoined = defineEvent({
  ...membership,
  action: "org.member_joined",
  operation: "MEMBER_JOINED",
  actionType: "created",
  details: { by: z.enum(["link", "open"]), joinRequest: z.string().optional() },
  when: "a person becomes a member by the organization's invite link, or because members need no approval: with an account that they have, or by registering",
});
export const memberRemoved = defineEvent({
  ...membership,
  action: "org.member_removed",
  operation: "MEMBER_REMOVED",
  actionType: "deleted",
  when: "the owner removes a member; sessions, API keys, roles in gurus and open invites follow, each with this event as cause",
});
export const memberLeft = defineEvent({
  ...membership,
  action: "org.member_left",
  operation: "MEMBER_LEFT",
  actionType: "deleted",
  when: "a member leaves; what they held follows as in MEMBER_REMOVED",
});
export const ownershipTransferFailed = defineEvent({
  ...handingOver,
  ...failed,
  action: "org.ownership_transfer_failed",
  operation: "OWNERSHIP_TRANSFER_FAILED",
  when: "a transfer is refused: to oneself, to somebody who is no member, or by somebody who is not the owner any more",
});
export const ownershipTransferred = defineEvent({
  ...handingOver,
  ...fixed,
  action: "org.ownership_transferred",
  operation: "OWNERSHIP_TRANSFERRED",
  failed: ownershipTransferFailed,
  when: "the owner makes another member the owner and becomes a member; the owner before and after",
});
export const organizationUpdated = defineEvent({
  ...handingOver,
  action: "org.settings_updated",
  operation: "UPDATE_ORGANIZATION",
  when: "settings of the organization change: name, approval of members, invite link on, off or renewed, two-factor requirement; each before and after",
});
