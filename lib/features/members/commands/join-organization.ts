import "server-only";
import { addMembership, lockMembers, refuseWithoutSeat, roleOf, wasRemoved } from "@/lib/access/members";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { joinRequested } from "@/lib/audit/catalogue/members";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import {
  answerRequestOf,
  isInviteLink,
  joinedFact,
  joiningNow,
  requestedFact,
  requestToJoin,
} from "@/lib/gate/joining";
import { refuse } from "@/lib/platform/errors";
import { joinOrganizationInput } from "../schemas";
import { admitJoining, countRefusedJoining, joiningKey } from "./admit-joining";

const joining = command({
  name: "join-organization",
  input: joinOrganizationInput,
  allow: inOrganization("account:own"),
  event: joinRequested,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async onRefusal({ tx, principal }, refusal) {
    if (principal.kind === "user")
      await countRefusedJoining(tx, principal, await roleOf(tx, principal.accountId), refusal);
    const label = principal.kind === "user" || principal.kind === "api_key" ? principal.email : "-";
    return { label, metadata: { message: refusal.message } };
  },
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to join.");
    const { accountId, email } = principal;
    await lockMembers(tx);
    if ((await roleOf(tx, accountId)) !== null)
      throw refuse("exists", "You are a member already. There is nothing more to do.");
    const now = await joiningNow(tx);
    if (input.link !== undefined && !isInviteLink(now, input.link))
      throw refuse(
        "closed",
        "This invite link no longer works. Ask the owner of this organization for another.",
      );
    if ((input.link === undefined && now.approvalRequired) || (await wasRemoved(tx, accountId))) {
      await requestToJoin(tx, accountId);
      return { value: { joined: false }, audit: requestedFact(email) };
    }
    await refuseWithoutSeat(tx);
    await addMembership(tx, accountId, "member");
    const joinRequest = await answerRequestOf(tx, accountId);
    const by = input.link === undefined ? "open" : "link";
    return { value: { joined: true }, audit: joinedFact({ id: accountId, email }, by, joinRequest) };
  },
});

/**
 * Somebody who has an account and is no member comes in: by the organization's invite link, freely where members need no
 * approval, or by asking the owner. Whom the owner removed always asks.
 */
export const joinOrganization = around(
  joining,
  joinOrganizationInput,
  (input, { principal, request }, proceed) =>
    // One after the other: the wait that one costs holds for the next.
    oneAtATime(principal.kind === "user" ? [joiningKey(principal.accountId)] : [], async () => {
      const admitted = await admitJoining.execute({ principal, request, input: {} });
      return admitted.ok ? proceed({ input }) : admitted;
    }),
);
