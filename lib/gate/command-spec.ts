import type { z } from "zod";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { Tx } from "@/lib/db/client";
import type { Refusal } from "@/lib/platform/errors";
import type { Allow } from "./allow";
import type { JobData, JobName } from "./enqueue";
import type { AuditFact } from "./facts";

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
  target: (context: { input: z.output<In>; principal: Principal; scope: S | null }) => {
    id: string;
    type?: string;
  };
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
  /** Aborted when nobody waits for the answer any more: work before the transaction may end early. */
  signal?: AbortSignal;
}
