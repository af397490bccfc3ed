"use server";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { toAction } from "@/lib/gate/to-action";

export const acceptInviteAction = toAction(acceptInvite, { goTo: () => "/", goToRepeated: () => "/" });
export const joinOrganizationAction = toAction(joinOrganization, {
  goTo: ({ joined }) => (joined ? "/" : "/pending"),
  goToRepeated: () => "/",
});
