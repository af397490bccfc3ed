import "server-only";
import { and, eq } from "drizzle-orm";
import { type Principal, principalKey } from "@/lib/access/principal";
import { Throttled } from "@/lib/access/sign-in-delay";
import { schema, type Tx } from "@/lib/db/client";
import { hmacSha256, sha256 } from "@/lib/platform/crypto";
import type { Failure, RefusalCode } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";

/** An attempt claimed by this transaction; null when the call carries no id (anonymous forms, background work). */
export interface Claim {
  principal: string;
  attemptId: string;
}

/** lock_not_available: waited for another transaction for longer than allowed. */
function isLockTimeout(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "55P03";
}

export type Earlier = { ok: true; value: null; repeated: true; targetId: string | null } | Failure;

/** Ids of ours and the usual ones stand as they are; what is long or odd is kept as a digest, so that no two merge. */
export function storedId(attemptId: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(attemptId)
    ? attemptId
    : `sha256:${sha256(Buffer.from(attemptId, "utf16le")).toString("hex")}`;
}

/** The same attempt has been under way for longer than a statement may wait for it. */
export class AttemptUnderWay extends Error {
  override readonly name = "AttemptUnderWay";
}

const conflict = (message: string): Failure => ({ ok: false, code: "conflict", message });

/**
 * Claims an attempt id, minted by the form or sent as Idempotency-Key, for this transaction. A parallel repeat waits
 * here for the first to end.
 * @returns the claim, or what became of the earlier attempt: a `conflict` when that was of another command or input
 * @throws AttemptUnderWay when the first has not ended within the lock timeout
 */
export async function claimAttempt(
  tx: Tx,
  principal: Principal,
  attemptId: string | undefined,
  command: string,
  input: unknown,
): Promise<{ claim: Claim | null; earlier: Earlier | null }> {
  if (!attemptId || principal.kind === "anonymous" || principal.kind === "system")
    return { claim: null, earlier: null };
  const { attempt } = schema;
  const claim = { principal: principalKey(principal), attemptId: storedId(attemptId) };
  // Keyed, so that whoever sees the table cannot find a short input by trying.
  const inputDigest = hmacSha256(runtime().keys.apiKeyPepper, JSON.stringify([command, input]));
  const inserted = await tx
    .insert(attempt)
    .values({ ...claim, command, inputDigest, outcome: "" })
    .onConflictDoNothing()
    .returning({ id: attempt.attemptId })
    .catch((error: unknown) => {
      throw isLockTimeout(error)
        ? new AttemptUnderWay("the same attempt is under way", { cause: error })
        : error;
    });
  if (inserted.length > 0) return { claim, earlier: null };
  const [found] = await tx
    .select()
    .from(attempt)
    .where(and(eq(attempt.principal, claim.principal), eq(attempt.attemptId, claim.attemptId)));
  if (!found)
    return {
      claim: null,
      earlier: conflict("This attempt was just cleaned up. Please send the form again."),
    };
  if (found.command !== command || !found.inputDigest.equals(inputDigest)) {
    const message = "This form was already sent with other values. Reload the page and send it again.";
    return { claim: null, earlier: conflict(message) };
  }
  const earlier: Earlier =
    found.outcome === "ok"
      ? { ok: true, value: null, repeated: true, targetId: found.targetId }
      : {
          ok: false,
          code: found.outcome as RefusalCode,
          message: found.message ?? "This was refused before.",
        };
  return { claim: null, earlier };
}

/**
 * Keeps what became of the attempt, in its transaction: outcome, code and target, never a value shown once. One that came
 * too early is not kept: whoever is told to wait does so and sends it again under the same id, and the answer is another then.
 * But one that wrong passwords or codes hold back is counted as a try, so that a repeat would be counted as another.
 * @param outcome.refusedBy what was thrown, where the act was refused
 */
export async function settleAttempt(
  tx: Tx,
  claim: Claim | null,
  outcome: { code: "ok" | RefusalCode; message?: string; targetId?: string | null; refusedBy?: unknown },
): Promise<void> {
  if (!claim) return;
  const { attempt } = schema;
  const own = and(eq(attempt.principal, claim.principal), eq(attempt.attemptId, claim.attemptId));
  if (outcome.code === "throttled" && !(outcome.refusedBy instanceof Throttled)) {
    await tx.delete(attempt).where(own);
    return;
  }
  await tx
    .update(attempt)
    .set({ outcome: outcome.code, message: outcome.message ?? null, targetId: outcome.targetId ?? null })
    .where(own);
}
