import "server-only";
import { addMembership, lockMembers, refuseWithoutSeat, roleOf } from "@/lib/access/members";
import { joinRequested, memberJoined } from "@/lib/audit/catalogue/members";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { answerRequestOf, isInviteLink, joiningNow, requestToJoin } from "@/lib/gate/joining";
import { refuse } from "@/lib/platform/errors";
import { joinOrganizationInput } from "../schemas";

/**
 * Somebody who has an account and is no member comes in: by the organization's invite link, freely where members need no
 * approval, or by asking the owner.
 */
export const joinOrganization = command({
  name: "join-organization",
  input: joinOrganizationInput,
  allow: inOrganization("account:own"),
  event: joinRequested,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async onRefusal({ principal }, refusal) {
    const label = principal.kind === "user" || principal.kind === "api_key" ? principal.email : "-";
    return { label, metadata: { message: refusal.message } };
  },
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to join.");
    const { accountId, email } = principal;
    await lockMembers(tx);
    if ((await roleOf(tx, accountId)) !== null)
      throw refuse("exists", "You are a member already. There is nothing more to do.");
    const joining = await joiningNow(tx);
    if (input.link !== undefined && !isInviteLink(joining, input.link))
      throw refuse(
        "closed",
        "This invite link no longer works. Ask the owner of this organization for another.",
      );
    if (input.link === undefined && joining.approvalRequired) {
      await requestToJoin(tx, accountId);
      return { value: { joined: false }, audit: { label: email } };
    }
    await refuseWithoutSeat(tx);
    await addMembership(tx, accountId, "member");
    const joinRequest = await answerRequestOf(tx, accountId);
    return {
      value: { joined: true },
      audit: {
        event: memberJoined,
        target: { id: accountId },
        label: email,
        details: {
          by: input.link === undefined ? "open" : "link",
          ...(joinRequest ? { joinRequest } : {}),
        },
      },
    };
  },
});
