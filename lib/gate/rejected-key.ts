import "server-only";
import { anonymousPrincipal, type RequestFacts } from "@/lib/access/principal";
import { addressKey } from "@/lib/access/sign-in-delay";
import { apiKeyRejected } from "@/lib/audit/catalogue/accounts";
import { recordCounted } from "./counted";
import { eventOf } from "./facts";
import { inTransaction } from "./transaction";

/**
 * Records that an API key was refused, counted per address (/64 of IPv6, all of which is one client's): the first of a
 * minute is an event at once. Never the key, nor which of the reasons it was.
 */
export async function recordRejectedKey(facts: RequestFacts): Promise<void> {
  const { orgId } = anonymousPrincipal;
  const fact = { target: { id: String(orgId) }, label: "API key", details: { reason: "unauthenticated" } };
  const event = eventOf(apiKeyRejected, fact, anonymousPrincipal, facts);
  await inTransaction((tx) => recordCounted(tx, "api_key.rejected", addressKey(facts.ip) ?? "-", "", event));
}
