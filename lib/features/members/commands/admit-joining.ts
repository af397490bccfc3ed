import "server-only";
import { z } from "zod";
import { type Principal, principalKey } from "@/lib/access/principal";
import { countFailure, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import {
  inviteAccepted,
  inviteAcceptFailed,
  joinRequested,
  joinRequestFailed,
} from "@/lib/audit/catalogue/members";
import type { Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import type { Refusal } from "@/lib/platform/errors";

/** Anybody can make an account where registering is open, and then knock any number of times: counted for the account. */
export const joiningKey = (accountId: string): string => `join ${accountId}`;

/** Counts a refused try of somebody who is no member. What members try is theirs to answer for, as any act is. */
export async function countRefusedJoining(
  tx: Tx,
  principal: Principal,
  role: string | null,
  refusal: Refusal,
): Promise<void> {
  if (principal.kind !== "user" || role !== null || refusal.code === "internal") return;
  await countFailure(tx, { account: joiningKey(principal.accountId), address: null });
}

/**
 * Before somebody joins or accepts an invite: many refused tries slow the next ones down. One that comes too early is
 * counted; the count becomes one failed event with reason `throttled` when its minute closes.
 */
function admission(
  name: string,
  event: EventDefinition,
  failed: EventDefinition,
  targetOf: (p: Principal) => string,
) {
  return command({
    name,
    input: z.strictObject({}),
    // The act itself asks whether they may.
    allow: anyone,
    event,
    target: ({ principal }) => ({ id: targetOf(principal) }),
    async onRefusal({ tx, principal, request }, refusal) {
      if (!(refusal instanceof Throttled) || principal.kind !== "user") return null;
      const fact = {
        target: { id: targetOf(principal) },
        label: principal.email,
        metadata: { message: refusal.message },
        details: { reason: "throttled" },
      };
      await recordCounted(
        tx,
        "throttled",
        principalKey(principal),
        name,
        eventOf(failed, fact, principal, request),
      );
      return null;
    },
    async run({ tx, principal }) {
      if (principal.kind === "user")
        await refuseWhileDelayed(tx, { account: joiningKey(principal.accountId), address: null });
      return { value: null, audit: null };
    },
  });
}

export const admitJoining = admission("admit-joining", joinRequested, joinRequestFailed, ({ orgId }) =>
  String(orgId),
);
export const admitAccepting = admission(
  "admit-accepting",
  inviteAccepted,
  inviteAcceptFailed,
  () => "unknown",
);
