import "server-only";
import type { EventStatus } from "@/lib/audit/proof/event-status";
import { checkEvent } from "@/lib/audit/proof/published";
import type { EventProof } from "@/lib/audit/proof/verify/verify-event-proof";
import { emptyFilter } from "@/lib/audit/query/filter";
import { eventById } from "@/lib/audit/query/pages";
import { compileFilter, type FilterScope } from "@/lib/audit/query/where";
import type { Failure, Result } from "@/lib/platform/errors";

/**
 * The proof of an event of a log.
 * @returns `not_found` for what is not in this log, or not under a checkpoint yet; `conflict` for what does not verify
 */
export async function proofOfEvent(scope: FilterScope, id: string): Promise<Result<EventProof>> {
  const row = await eventById(await compileFilter({ ...scope, filter: emptyFilter }), id.toLowerCase());
  if (!row) return failure("not_found", "There is no such event in this log.");
  const status = await checkEvent(scope.orgId, row);
  if (status.state === "verified") return { ok: true, value: status.proof };
  return status.state === "unsealed"
    ? failure("not_found", "This event is not sealed yet. It is within seconds; ask again then.")
    : failure("conflict", noProof(status));
}

function noProof({ problem }: EventStatus & { state: "failed" }): string {
  const what = {
    changed: "its record is not the one that was sealed",
    unsealable: "it stands in the table and in no place of the sealed order",
    tree: "the stored tree does not lead to the signed root",
    behind: "the log is shorter than what was signed (a restored backup, or its end was cut off)",
    signature: "the newest checkpoint is not signed by a key of this server",
  }[problem];
  return `This event does not verify: ${what}. There is no proof of it. Tell the owner.`;
}

function failure(code: Failure["code"], message: string): Failure {
  return { ok: false, code, message };
}

/** What its file is called. */
export function proofFileName(eventId: string): string {
  return `audit_proof_${eventId}.json`;
}

/** Indented: people look into it too. */
export function proofFileText(proof: EventProof): string {
  return `${JSON.stringify(proof, null, 2)}\n`;
}
