import "server-only";
import type { z } from "zod";
import type { EventInput, Recorded } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import { type AttemptResult, type Failure, Refusal } from "@/lib/platform/errors";
import { logError } from "@/lib/platform/log";
import type { Call, CommandSpec } from "./command-spec";
import { internalFailure, recordRefusal } from "./record-refusal";
import { type CommitUnknown, fateOf, inTransaction } from "./transaction";

/** What a transaction had come to when it was committed. */
export interface Ending<S, V> {
  answer: AttemptResult<V>;
  /** The transaction; null when it had written nothing, so that there is nothing to be lost. */
  xid: string | null;
  /** What it recorded, the first of several; null when that was nothing. */
  event: Recorded | null;
  scope: S | null;
  /** The act's leading event, as it was recorded; null when it was refused or has none. */
  lead: EventInput | null;
  /** Why the act was refused. */
  refusedBy?: unknown;
}

/**
 * Decides what an act comes to whose COMMIT was not confirmed: committed is what it was; aborted is the failed twin, or
 * the refusal recorded again; what nobody can say is the act's event with outcome `unknown`.
 * @returns never success unless the server says that the transaction is committed
 */
export async function settleLostCommit<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  error: CommitUnknown,
  ending: Ending<S, V>,
): Promise<AttemptResult<V>> {
  const { request } = call;
  logError(`command ${spec.name}`, error, request.requestId ?? undefined);
  const fate = ending.xid === null ? "committed" : await fateOf(ending.xid, ending.event);
  if (fate === "committed") return ending.answer;
  if (fate === "aborted" || ending.refusedBy !== undefined) {
    // A refusal of which nobody knows whether it stands is recorded again: rather twice than never.
    const why = ending.refusedBy ?? new Refusal("internal", internalFailure(request).message);
    return inTransaction(
      async (tx) => (await recordRefusal(spec, call, input, tx, ending.scope, why)).answer,
    );
  }
  await recordUnknown(spec.name, ending.lead, request.requestId);
  return perhapsDone(request.requestId);
}

/** When the database stays out of reach even this is lost; the caller is not told of a success then either. */
async function recordUnknown(name: string, lead: EventInput | null, requestId: string | null): Promise<void> {
  if (!lead) return;
  const event: EventInput = {
    ...lead,
    outcome: "unknown",
    details: { ...lead.details, reason: "commit-unknown" },
  };
  try {
    await inTransaction((tx) => recordEvents(tx, [event]));
  } catch (error) {
    logError(`command ${name}, its outcome unknown and unrecorded`, error, requestId ?? undefined);
  }
}

function perhapsDone(requestId: string | null): Failure {
  return {
    ok: false,
    code: "internal",
    message: `The connection to the database broke before it answered. Look whether it was done before you try again. Number: ${requestId ?? "-"}`,
  };
}
