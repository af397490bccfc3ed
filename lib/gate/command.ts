import "server-only";
import type { z } from "zod";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { EventInput, Recorded } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import type { Tx } from "@/lib/db/client";
import { type AttemptResult, type Failure, Refusal } from "@/lib/platform/errors";
import { logError } from "@/lib/platform/log";
import { Denial } from "./allow";
import { AttemptUnderWay, claimAttempt, settleAttempt } from "./attempts";
import type { Call, CommandSpec, Ran } from "./command-spec";
import { enqueueIn } from "./enqueue";
import { type AuditFact, eventOf } from "./facts";
import { fieldErrorsOf } from "./field-errors";
import { type Ending, settleLostCommit } from "./lost-commit";
import { internalFailure, recordRefusal } from "./record-refusal";
import { CommitUnknown, currentXid, inTransaction, isMissingPartition } from "./transaction";

export type { Call, CommandSpec, Ran, RunContext } from "./command-spec";

export interface Command<V> {
  readonly kind: "command";
  readonly name: string;
  readonly event: EventDefinition;
  /** What it takes from outside; for tests that push values through every field. */
  readonly input: z.ZodType;
  execute(call: Call): Promise<AttemptResult<V>>;
}

/** Every command by name, for the architecture tests. */
export const commands = new Map<string, Command<unknown>>();

const underWay: Failure = {
  ok: false,
  code: "busy",
  message:
    "This was sent before and is still being done. Wait a moment, then reload the page to see whether it is.",
};

/**
 * Composes an audited operation. The composition, not its author, sees to validation, permission, transaction, record
 * and idempotency; adapters (`toAction`, `toRoute`, jobs) give it its doors.
 * @returns a command whose `execute` never throws for a refusal: it answers a `Result`
 */
export function command<In extends z.ZodType, S, V>(spec: CommandSpec<In, S, V>): Command<V> {
  const made: Command<V> = {
    kind: "command",
    name: spec.name,
    event: spec.event,
    input: spec.input,
    async execute(call) {
      const parsed = await spec.input.safeParseAsync(call.input);
      if (!parsed.success) {
        const fieldErrors = fieldErrorsOf(parsed.error);
        return {
          ok: false,
          code: "invalid",
          message: Object.values(fieldErrors)[0]?.[0] ?? "Please check the values.",
          fieldErrors,
        };
      }
      try {
        return await attemptOnce(spec, call, parsed.data);
      } catch (error) {
        if (error instanceof AttemptUnderWay) return underWay;
        // Refusals are answers where they are recorded; one that is thrown elsewhere is as much a fault of ours.
        logError(`command ${spec.name}`, error, call.request.requestId ?? undefined);
        return internalFailure(call.request);
      }
    },
  };
  commands.set(spec.name, made);
  return made;
}

async function attemptOnce<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
): Promise<AttemptResult<V>> {
  let ending: Ending<S, V> | undefined;
  try {
    return await inTransaction(async (tx) => {
      ending = undefined;
      const { claim, earlier } = await claimAttempt(tx, call.principal, call.attemptId, spec.name, input);
      if (earlier) {
        ending = { answer: earlier, xid: null, event: null, scope: null, lead: null };
        return earlier;
      }
      const { recorded, targetId, ...done } = await actAndRecord(spec, call, input, tx);
      const { answer } = done;
      const settled = answer.ok
        ? { code: "ok" as const, targetId: targetId ?? null }
        : { code: answer.code, message: answer.message, refusedBy: done.refusedBy };
      await settleAttempt(tx, claim, settled);
      const event = recorded.find((r) => r !== null) ?? null;
      const xid = event?.xid ?? (await currentXid(tx));
      ending = { ...done, xid, event };
      return answer;
    });
  } catch (error) {
    if (!(error instanceof CommitUnknown) || !ending) throw error;
    return settleLostCommit(spec, call, input, error, ending);
  }
}

interface Done<S, V> extends Omit<Ending<S, V>, "xid" | "event"> {
  recorded: (Recorded | null)[];
  targetId?: string | undefined;
}

async function actAndRecord<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
): Promise<Done<S, V>> {
  const { principal, request } = call;
  let scope: S | null = null;
  let ran: Ran<V>;
  try {
    // The savepoint: whatever is thrown inside takes the work back, not the record of the refusal. The permission check
    // stands inside too, so that its own failure leaves a transaction in which it can be recorded.
    ran = await tx.transaction(async (inner) => {
      const allowed = await spec.allow({ db: inner, input, principal });
      scope = allowed;
      return spec.run({
        tx: inner,
        input,
        principal,
        request,
        scope: allowed,
        enqueue: (job, data) => enqueueIn(inner, job, data),
      });
    });
  } catch (error) {
    // A week of the log that is missing is made by the transaction's opener, who then tries the whole act again.
    if (isMissingPartition(error)) throw error;
    if (!(error instanceof Denial || error instanceof Refusal))
      logError(`command ${spec.name}`, error, request.requestId ?? undefined);
    return {
      ...(await recordRefusal(spec, call, input, tx, scope, error)),
      scope,
      lead: null,
      refusedBy: error,
    };
  }
  const facts: readonly AuditFact[] =
    ran.audit === null ? [] : Array.isArray(ran.audit) ? ran.audit : [ran.audit as AuditFact];
  const fallback = spec.target({ input, principal, scope });
  const inputs = facts.map((fact) =>
    eventOf(fact.event ?? spec.event, { ...fact, target: fact.target ?? fallback }, principal, request),
  );
  const recorded = await recordLed(tx, inputs);
  return {
    answer: { ok: true, value: ran.value },
    recorded,
    scope,
    lead: inputs[0] ?? null,
    targetId: ran.targetId ?? fallback.id,
  };
}

/** The first event leads; the others carry its id as their cause. */
async function recordLed(tx: Tx, inputs: readonly EventInput[]): Promise<(Recorded | null)[]> {
  const [first, ...rest] = inputs;
  if (!first) return [];
  const [led] = await recordEvents(tx, [first]);
  const followers = await recordEvents(
    tx,
    rest.map((r) => ({ ...r, cause: led?.id ?? null })),
  );
  return [led ?? null, ...followers];
}
