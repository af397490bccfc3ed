"use server";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { cancelInvite } from "@/lib/features/members/commands/cancel-invite";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { rejectJoinRequest } from "@/lib/features/members/commands/reject-join-request";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { toAction } from "@/lib/gate/to-action";

const revalidate = ["/settings/members"];

export const invitePeopleAction = toAction(invitePeople, {
  message: ({ emails }) =>
    emails.length === 1 ? `${emails[0]} is invited.` : `${emails.length} people are invited.`,
  revalidate,
});
export const cancelInviteAction = toAction(cancelInvite, {
  message: ({ email }) => `The invite for ${email} is cancelled.`,
  revalidate,
});
export const approveJoinRequestAction = toAction(approveJoinRequest, {
  message: ({ email }) => `${email} is a member now.`,
  revalidate,
});
export const rejectJoinRequestAction = toAction(rejectJoinRequest, {
  message: ({ email }) => `The request of ${email} is rejected.`,
  revalidate,
});
export const removeMemberAction = toAction(removeMember, {
  message: ({ email }) => `${email} is no member any more.`,
  revalidate,
});
