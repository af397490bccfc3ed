"use server";
import { deleteSessionCookie, setFlash } from "@/app/(auth)/cookies";
import { leaveOrganization } from "@/lib/features/members/commands/leave-organization";
import { transferOwnership } from "@/lib/features/members/commands/transfer-ownership";
import { renewInviteLink } from "@/lib/features/organization/commands/renew-invite-link";
import { updateOrganization } from "@/lib/features/organization/commands/update-organization";
import { toAction } from "@/lib/gate/to-action";

export const updateOrganizationAction = toAction(updateOrganization, {
  message: ({ changed }) => (changed === 0 ? "Nothing was changed." : "Settings saved."),
  revalidate: ["/"],
});
export const renewInviteLinkAction = toAction(renewInviteLink, {
  message: () => "There is a new invite link. The earlier one opens nothing any more.",
  revalidate: ["/settings/organization"],
});
export const transferOwnershipAction = toAction(transferOwnership, {
  after: async ({ email }) => setFlash(`${email} is the owner now. You are a member.`),
  // Another page: the message is read when the address changes.
  goTo: () => "/gurus",
  revalidate: ["/"],
});
export const leaveOrganizationAction = toAction(leaveOrganization, {
  after: async () => {
    await deleteSessionCookie();
    await setFlash("You have left the organization, and are signed out everywhere.");
  },
  goTo: () => "/sign-in",
});
