import "server-only";
import { z } from "zod";
import { addressKey, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import { signedIn, signInFailed } from "@/lib/audit/catalogue/accounts";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";

/**
 * Before a sign-in by the identity provider goes on, at its beginning and at its end: failed ones share the delay of the
 * address with those by password. One that comes too early is counted, and nothing is asked of the provider.
 */
export const admitProviderAnswer = command({
  name: "admit-provider-answer",
  input: z.strictObject({}),
  allow: anyone,
  event: signedIn,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, principal, request }, refusal) {
    if (!(refusal instanceof Throttled)) return null;
    const details = { reason: "throttled", method: "oidc" };
    const fact = { target: { id: "unknown" }, label: "-", accountId: null, details };
    const event = eventOf(signInFailed, fact, principal, request);
    await recordCounted(tx, "throttled", addressKey(request.ip) ?? "-", "sign-in by oidc", event);
    return null;
  },
  async run({ tx, request }) {
    await refuseWhileDelayed(tx, { account: null, address: addressKey(request.ip) });
    return { value: null, audit: null };
  },
});
