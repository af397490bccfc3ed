import "server-only";
import { z } from "zod";
import { ownerExists } from "@/lib/access/members";
import { addressKey, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import { creationFailed, registered } from "@/lib/audit/catalogue/accounts";
import type { Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import { inviteOf, isInviteLink, joiningNow } from "@/lib/gate/joining";
import { creationFailedFact } from "../creation-failed";

/** Accounts made from an address are counted beside its refused tries. */
export function registrationsKey(ip: string | null): string | null {
  const address = addressKey(ip);
  return address === null ? null : `register ${address}`;
}

/** Does the way by which somebody came lead in, as far as can be said before the lock? */
async function opens(
  tx: Tx,
  { invite, link }: { invite?: string | undefined; link?: string | undefined },
): Promise<boolean> {
  if (invite !== undefined) return (await inviteOf(tx, invite))?.state === "open";
  return link === undefined || isInviteLink(await joiningNow(tx), link);
}

/**
 * Before a registration: refused ones share the delay of the address with sign-ins, and many that succeed from one address
 * are slowed too. One that comes too early is counted
 * like a throttled sign-in; the count becomes one USER_CREATION_FAILED with reason `throttled` when its minute closes.
 */
export const admitRegistration = command({
  name: "admit-registration",
  input: z.strictObject({ invite: z.string().optional(), link: z.string().optional() }),
  allow: anyone,
  event: registered,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, principal, request }, refusal) {
    if (!(refusal instanceof Throttled)) return null;
    const fact = {
      target: { id: "unknown" },
      ...creationFailedFact(null, refusal),
      details: { reason: "throttled" },
    };
    await recordCounted(
      tx,
      "throttled",
      addressKey(request.ip) ?? "-",
      "register",
      eventOf(creationFailed, fact, principal, request),
    );
    return null;
  },
  async run({ tx, input, request }) {
    await refuseWhileDelayed(tx, { account: null, address: addressKey(request.ip) });
    if (input.invite === undefined)
      await refuseWhileDelayed(tx, { account: null, address: registrationsKey(request.ip) });
    return { value: { isOpen: (await ownerExists(tx)) && (await opens(tx, input)) }, audit: null };
  },
});
