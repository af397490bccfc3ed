import "server-only";
import { theOrganization } from "@/lib/access/principal";
import { creationFailed, signInFailed } from "@/lib/audit/catalogue/accounts";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { AuditFact } from "@/lib/gate/facts";
import { StepRefused } from "@/lib/gate/joining";
import { Refusal, type RefusalCode } from "@/lib/platform/errors";
import { creationFailedFact } from "../creation-failed";

/** Why the provider's word was not enough. */
export class OidcRefusal extends Refusal {
  constructor(
    readonly reason: "provider" | "unverified-email" | "other-identity",
    code: RefusalCode,
    message: string,
  ) {
    super(code, message);
  }
}

/** Does one step of a first sign-in, whose refusal is that step's failed event and no other. */
export async function asStepOf<T>(event: EventDefinition, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isNew = error instanceof Refusal && !(error instanceof StepRefused);
    throw isNew ? new StepRefused(event, { id: String(theOrganization) }, error) : error;
  }
}

/**
 * The record of a sign-in by the identity provider that came to nothing.
 * @param email the address that the provider named; null where it named none that is one
 * @param account the account that has it, where a step of joining was refused to one, or it is another person's
 */
export function oidcRefusedFact(
  refusal: Refusal,
  email: string | null,
  account: { id: string; email: string } | null,
): AuditFact {
  if (refusal instanceof StepRefused) {
    // One who had no account has none now either: actor is the id that it would have had.
    const nobody = creationFailedFact(email, refusal);
    if (refusal.event === creationFailed) return { ...nobody, event: creationFailed };
    return {
      ...nobody,
      ...(account
        ? { actor: { type: "user", id: account.id, email: account.email }, accountId: account.id }
        : {}),
      event: refusal.event,
      target: { ...refusal.target, type: refusal.event.targetType },
    };
  }
  const reason = refusal instanceof OidcRefusal ? { reason: refusal.reason } : {};
  return {
    event: signInFailed,
    target: { id: account?.id ?? "unknown", type: "user" },
    label: email ?? "-",
    accountId: account?.id ?? null,
    details: { method: "oidc", ...reason },
  };
}
