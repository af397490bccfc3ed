import "server-only";
import type { EventKey, ProofProblem } from "@/lib/audit/proof/event-status";
import { checkEvent, firstCheckpointOver } from "@/lib/audit/proof/published";
import type { StoredCheckpoint } from "@/lib/audit/proof/stored-checkpoints";
import { logError } from "@/lib/platform/log";

/** What the page says of an event's proof. Without the record and the path, which only a recorded download gives out. */
export type ShownProof =
  | { state: "unsealed" }
  /** In the log of a checkpoint; the check itself did not end in time. Null: not even that is known. */
  | { state: "sealed"; checkpoint: number | null }
  | {
      state: "verified";
      index: number;
      checkpoint: number;
      /** RFC 3339 UTC. */
      sealedAt: string;
      against: number;
    }
  | { state: "failed"; problem: ProofProblem };

/** The page does not wait longer for it. */
const patienceMs = 2_500;

/**
 * Checks an event for the page that shows it.
 * @param index its place in the sealed order, when it has one
 */
export async function shownProof(orgId: number, key: EventKey, index: bigint | null): Promise<ShownProof> {
  let over: StoredCheckpoint | null = null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ShownProof>((resolve) => {
    timer = setTimeout(() => resolve({ state: "sealed", checkpoint: over?.size ?? null }), patienceMs);
  });
  if (index !== null)
    firstCheckpointOver(orgId, Number(index)).then(
      (found) => {
        over = found;
      },
      () => {}, // its answer is only for when the check is late
    );
  const checked = check(orgId, key).catch((error: unknown): ShownProof => {
    logError("checking the proof of an event", error);
    return { state: "sealed", checkpoint: over?.size ?? null };
  });
  try {
    return await Promise.race([checked, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function check(orgId: number, key: EventKey): Promise<ShownProof> {
  const status = await checkEvent(orgId, key);
  if (status.state === "failed") return { state: "failed", problem: status.problem };
  if (status.state === "unsealed") return { state: "unsealed" };
  const { index, checkpoint, sealedAt, against } = status;
  return { state: "verified", index, checkpoint, sealedAt, against };
}
