import "server-only";
import type { AuditFact } from "@/lib/gate/facts";
import type { Refusal } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";

/** The record of an account that did not come to be: actor and target are the id that it would have had. */
export function creationFailedFact(email: string | null, refusal: Refusal): AuditFact {
  const id = mintId();
  return {
    actor: { type: "user", id, email },
    // Nobody's account: the id is in no table.
    accountId: null,
    target: { id },
    label: email ?? "-",
    metadata: { message: refusal.message },
  };
}
