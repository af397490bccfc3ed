import "server-only";
import { lockMembers, roleOf } from "@/lib/access/members";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { inviteAccepted } from "@/lib/audit/catalogue/members";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { acceptInvite as accept, inviteOf } from "@/lib/gate/joining";
import { refuse } from "@/lib/platform/errors";
import { acceptInviteInput } from "../schemas";
import { admitAccepting, countRefusedJoining, joiningKey } from "./admit-joining";

const accepting = command({
  name: "accept-invite",
  input: acceptInviteInput,
  allow: inOrganization("account:own"),
  event: inviteAccepted,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, principal }, refusal) {
    if (principal.kind === "user")
      await countRefusedJoining(tx, principal, await roleOf(tx, principal.accountId), refusal);
    const invite = await inviteOf(tx, input.token);
    return {
      target: { id: invite?.id ?? "unknown" },
      label: invite?.email ?? "-",
      metadata: { message: refusal.message },
    };
  },
  async run({ tx, input, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to accept the invite.");
    await lockMembers(tx);
    const audit = await accept(tx, input.token, principal.email, async () => principal.accountId);
    return { value: null, audit };
  },
});

/** A signed-in person accepts the invite for their address and is a member from then on. */
export const acceptInvite = around(accepting, acceptInviteInput, (input, { principal, request }, proceed) =>
  // One after the other: the wait that one costs holds for the next.
  oneAtATime(principal.kind === "user" ? [joiningKey(principal.accountId)] : [], async () => {
    const admitted = await admitAccepting.execute({ principal, request, input: {} });
    return admitted.ok ? proceed({ input }) : admitted;
  }),
);
