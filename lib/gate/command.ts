import "server-only";
import type { z } from "zod";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { Recorded } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import type { Tx } from "@/lib/db/client";
import { type AttemptResult, type Failure, Refusal } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { logError } from "@/lib/platform/log";
import { type Allow, Denial } from "./allow";
import { claimAttempt, settleAttempt } from "./attempts";
import { failureOf, recordDenial } from "./denial";
import { type AuditFact, eventOf } from "./facts";
import { enqueueIn, type JobName, type JobData } from "./enqueue";
import { CommitUnknown, fateOf, inTransaction, isMissingPartition, makeMissingPartition } from "./transaction";
import { fieldErrorsOf } from "./field-errors";

export interface RunContext<I, S> {
  tx: Tx;
  input: I;
  principal: Principal;
  request: RequestFacts;
  /** What `allow` loaded on the way. */
  scope: S;
  /** Queues a job in this transaction: no job for a rolled-back change. */
  enqueue: <N extends JobName>(job: N, data: JobData<N>) => Promise<void>;
}

/** What a command's work comes to: its value, and one event or a list whose first leads the others. */
export interface Ran<V> {
  value: V;
  audit: AuditFact | readonly [AuditFact, ...AuditFact[]] | null;
  /** Kept with the attempt, so that a repeat can be told where to look. */
  targetId?: string;
}

export interface CommandSpec<In extends z.ZodType, S, V> {
  /** verb-noun, unique. */
  name: string;
  input: In;
  allow: Allow<z.output<In>, S>;
  event: EventDefinition;
  /** Object of the event; known before the work, so that a refusal has one too. */
  target: (context: { input: z.output<In>; principal: Principal; scope: S | null }) => { id: string; type?: string };
  /**
   * What the failed twin says, and what must be kept although the act was refused (a delay's count). Runs outside the
   * savepoint. Null: nothing is recorded here because the refusal is counted elsewhere. Default: the target, with the
   * refusal's message.
   */
  onRefusal?: (
    context: Omit<RunContext<z.output<In>, S | null>, "enqueue">,
    refusal: Refusal,
  ) => Promise<AuditFact | null>;
  run: (context: RunContext<z.output<In>, S>) => Promise<Ran<V>>;
}

export interface Call {
  principal: Principal;
  request: RequestFacts;
  /** As it came from outside. */
  input: unknown;
  /** Minted by the form, or Idempotency-Key. */
  attemptId?: string;
}

export interface Command<V> {
  readonly kind: "command";
  readonly name: string;
  readonly event: EventDefinition;
  execute(call: Call): Promise<AttemptResult<V>>;
}

/** Every command by name, for the architecture tests. */
export const commands = new Map<string, Command<unknown>>();

const internal = (request: RequestFacts): Failure => ({
  ok: false,
  code: "internal",
  message: `Something went wrong on our side; nothing was changed. Try again, and give this number if it persists: ${request.requestId ?? "-"}`,
});

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
    async execute(call) {
      const parsed = await spec.input.safeParseAsync(call.input);
      if (!parsed.success) {
        const fieldErrors = fieldErrorsOf(parsed.error);
        return { ok: false, code: "invalid", message: Object.values(fieldErrors)[0]?.[0] ?? "Please check the values.", fieldErrors };
      }
      try {
        return await attemptOnce(spec, call, parsed.data);
      } catch (error) {
        if (!isMissingPartition(error)) return unexpected(spec.name, error, call.request);
      }
      try {
        await makeMissingPartition();
        return await attemptOnce(spec, call, parsed.data);
      } catch (error) {
        return unexpected(spec.name, error, call.request);
      }
    },
  };
  commands.set(spec.name, made);
  return made;
}

/** A refusal thrown outside the savepoint (a reused attempt id) is an answer; anything else is a fault of ours. */
function unexpected(name: string, error: unknown, request: RequestFacts): Failure {
  if (error instanceof Refusal) return { ok: false, code: error.code, message: error.message };
  logError(`command ${name}`, error, request.requestId ?? undefined);
  return internal(request);
}

async function attemptOnce<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
): Promise<AttemptResult<V>> {
  let answer: AttemptResult<V> | undefined;
  let recorded: (Recorded | null)[] = [];
  try {
    await inTransaction(async (tx) => {
      const { claim, earlier } = await claimAttempt(tx, call.principal, call.attemptId, spec.name, input);
      if (earlier) {
        answer = earlier;
        return;
      }
      const done = await actAndRecord(spec, call, input, tx);
      recorded = done.recorded;
      answer = done.answer;
      const settled = done.answer.ok ? { code: "ok" as const, targetId: done.targetId ?? null } : { code: done.answer.code, message: done.answer.message };
      await settleAttempt(tx, claim, settled);
    });
  } catch (error) {
    if (!(error instanceof CommitUnknown)) throw error;
    return settleLostCommit(spec, call, input, error, recorded.find((r) => r !== null)?.xid, answer);
  }
  if (!answer) throw new Error(`command ${spec.name} ended without an answer`);
  return answer;
}

interface Done<V> {
  answer: AttemptResult<V>;
  recorded: (Recorded | null)[];
  targetId?: string | undefined;
}

async function actAndRecord<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
): Promise<Done<V>> {
  const { principal, request } = call;
  let scope: S | null = null;
  let ran: Ran<V>;
  try {
    const allowed = await spec.allow({ db: tx, input, principal });
    scope = allowed;
    // The savepoint: whatever is thrown inside takes the work back, not the record of the refusal.
    ran = await tx.transaction((inner) =>
      spec.run({ tx: inner, input, principal, request, scope: allowed, enqueue: (job, data) => enqueueIn(inner, job, data) }),
    );
  } catch (error) {
    return refused(spec, call, input, tx, scope, error);
  }
  const facts: readonly AuditFact[] = ran.audit === null ? [] : Array.isArray(ran.audit) ? ran.audit : [ran.audit as AuditFact];
  const fallback = spec.target({ input, principal, scope });
  const recorded = await recordLed(tx, spec.event, facts, fallback, principal, request);
  return { answer: { ok: true, value: ran.value }, recorded, targetId: ran.targetId ?? fallback.id };
}

/** The first fact leads; the others carry its id as their cause. */
async function recordLed(
  tx: Tx,
  event: EventDefinition,
  facts: readonly AuditFact[],
  fallback: { id: string; type?: string },
  principal: Principal,
  request: RequestFacts,
): Promise<(Recorded | null)[]> {
  const inputs = facts.map((fact) => eventOf(fact.event ?? event, { ...fact, target: fact.target ?? fallback }, principal, request));
  const [first, ...rest] = inputs;
  if (!first) return [];
  const [led] = await recordEvents(tx, [first]);
  const followers = await recordEvents(tx, rest.map((r) => ({ ...r, cause: led?.id ?? null })));
  return [led ?? null, ...followers];
}

async function refused<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
  scope: S | null,
  error: unknown,
): Promise<Done<V>> {
  const { principal, request } = call;
  const twin = spec.event.failed;
  if (error instanceof Denial) {
    const answer = failureOf(error);
    if (!twin || principal.kind === "anonymous") {
      await recordDenial(tx, error, principal, request);
      return { answer, recorded: [] };
    }
    return { answer, recorded: await recordTwin(spec, call, input, tx, scope, new Refusal("forbidden", answer.message)) };
  }
  if (error instanceof Refusal) {
    const { code, message, options } = error;
    const answer: Failure = { ok: false, code, message, ...options };
    return { answer, recorded: await recordTwin(spec, call, input, tx, scope, error) };
  }
  // A week of the log that is missing is made by the caller, who then tries the whole act again.
  if (isMissingPartition(error)) throw error;
  logError(`command ${spec.name}`, error, request.requestId ?? undefined);
  const answer = internal(request);
  return { answer, recorded: await recordTwin(spec, call, input, tx, scope, new Refusal("internal", answer.message)) };
}

async function recordTwin<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
  scope: S | null,
  refusal: Refusal,
): Promise<(Recorded | null)[]> {
  const { principal, request } = call;
  const twin = spec.event.failed;
  const fallback = twin?.targetType === "org" ? { id: String(principal.orgId) } : spec.target({ input, principal, scope });
  const fact = spec.onRefusal
    ? await spec.onRefusal({ tx, input, principal, request, scope }, refusal)
    : { label: fallback.id, metadata: { message: refusal.message } };
  if (!fact || !twin) return [];
  const event = eventOf(
    fact.event ?? twin,
    { ...fact, target: fact.target ?? fallback, details: { reason: refusal.code, ...fact.details } },
    principal,
    request,
  );
  return recordEvents(tx, [event]);
}

/** The design's table: committed is success; aborted is the failed twin; what nobody can say is outcome `unknown`. */
async function settleLostCommit<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  error: CommitUnknown,
  xid: string | undefined,
  answer: AttemptResult<V> | undefined,
): Promise<AttemptResult<V>> {
  logError(`command ${spec.name}`, error, call.request.requestId ?? undefined);
  const fate = xid === undefined ? "unknown" : await fateOf(xid);
  if (fate === "committed" && answer) return answer;
  if (fate === "aborted") {
    await inTransaction((tx) => recordTwin(spec, call, input, tx, null, new Refusal("internal", "the transaction was aborted")));
    return internal(call.request);
  }
  const target = spec.target({ input, principal: call.principal, scope: null });
  const fact = { target, label: target.id, details: { reason: "commit-unknown" } };
  if (spec.event.guru !== "always") {
    await inTransaction((tx) => recordEvents(tx, [{ ...eventOf(spec.event, fact, call.principal, call.request), outcome: "unknown" }]));
  }
  return {
    ok: false,
    code: "internal",
    message: `The connection to the database broke before it answered. Look whether it was done before trying again. Number: ${call.request.requestId ?? mintId()}`,
  };
}
