import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { theOrganization } from "@/lib/access/principal";
import { addressKey, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import { creationFailed, registered } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import { creationFailedFact } from "../creation-failed";
import { ownerExists } from "../members";

/**
 * Before a registration: refused ones share the delay of the address with sign-ins. One that comes too early is counted
 * like a throttled sign-in; the count becomes one USER_CREATION_FAILED with reason `throttled` when its minute closes.
 */
export const admitRegistration = command({
  name: "admit-registration",
  input: z.strictObject({}),
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
  async run({ tx, request }) {
    await refuseWhileDelayed(tx, { account: null, address: addressKey(request.ip) });
    const { organization } = schema;
    const [org] = await tx
      .select({ approval: organization.memberApprovalRequired })
      .from(organization)
      .where(eq(organization.id, theOrganization));
    const hasOwner = await ownerExists(tx);
    return { value: { hasOwner, open: hasOwner && org?.approval === false }, audit: null };
  },
});
