import "server-only";
import { emailKey } from "@/lib/access/email-key";
import { lockMembers, roleOf } from "@/lib/access/members";
import { accountOf } from "@/lib/access/principal";
import { memberLeft } from "@/lib/audit/catalogue/members";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { endMembership } from "../end-membership";
import { leaveOrganizationInput } from "../schemas";

/** A member leaves the organization, and is signed out everywhere. The owner gives it to somebody else first. */
export const leaveOrganization = command({
  name: "leave-organization",
  input: leaveOrganizationInput,
  allow: inOrganization("members:leave"),
  event: memberLeft,
  target: ({ principal }) => ({ id: accountOf(principal) ?? "unknown" }),
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to leave the organization.");
    if (emailKey(input.confirmation.trim()) !== emailKey(principal.email)) {
      const message = `Type ${principal.email} to leave the organization.`;
      throw refuse("invalid", message, { fieldErrors: { confirmation: [message] } });
    }
    await lockMembers(tx);
    const role = await roleOf(tx, principal.accountId);
    if (role === null) throw refuse("not_found", "You are no member any more.");
    if (role === "owner")
      throw refuse("conflict", "You are the owner now. Give the organization to another member first.");
    const { accountId: id, email } = principal;
    const followers = await endMembership(tx, principal.orgId, { id, email });
    return {
      value: null,
      audit: [{ label: email, changes: [{ field: "role", before: role, after: null }] }, ...followers],
    };
  },
});
