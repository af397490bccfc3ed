import "server-only";
import type { z } from "zod";
import type { RequestFacts } from "@/lib/access/principal";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { GuruSnapshot, Recorded } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import type { Tx } from "@/lib/db/client";
import { type Failure, Refusal } from "@/lib/platform/errors";
import { Denial } from "./allow";
import type { Call, CommandSpec } from "./command-spec";
import { failureOf, recordDenial } from "./denial";
import { type AuditFact, eventOf } from "./facts";

export interface Refused {
  answer: Failure;
  recorded: (Recorded | null)[];
}

/** What the caller is told of a fault of ours. */
export function internalFailure(request: RequestFacts): Failure {
  return {
    ok: false,
    code: "internal",
    message: `Something went wrong on our side; nothing was changed. Try again, and give this number if it persists: ${request.requestId ?? "-"}`,
  };
}

/**
 * Records why an act was refused: its failed twin with the reason. Without a twin a denial is ACCESS_DENIED, and a
 * business refusal or a fault leaves no event, as an act's own name never stands for a failure.
 * @param tx in which nothing of the act stands (any more)
 * @param scope what `allow` had loaded, if it came that far
 * @param error a Denial, a Refusal, or anything else: a fault of ours
 * @returns what the caller is told, and what was recorded
 */
export async function recordRefusal<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
  scope: S | null,
  error: unknown,
): Promise<Refused> {
  const { principal, request } = call;
  const answer = answerTo(error, request);
  if (!(error instanceof Denial)) {
    const refusal = error instanceof Refusal ? error : new Refusal("internal", answer.message);
    return { answer, recorded: (await recordTwin(spec, call, input, tx, scope, refusal, null)) ?? [] };
  }
  const isTwinDue = spec.event.failed && principal.kind !== "anonymous";
  const forbidden = new Refusal("forbidden", answer.message);
  const recorded = isTwinDue ? await recordTwin(spec, call, input, tx, scope, forbidden, error.guru) : null;
  if (recorded === null) await recordDenial(tx, error, principal, request);
  return { answer, recorded: recorded ?? [] };
}

function answerTo(error: unknown, request: RequestFacts): Failure {
  if (error instanceof Denial) return failureOf(error);
  if (!(error instanceof Refusal)) return internalFailure(request);
  return { ok: false, code: error.code, message: error.message, ...error.options };
}

/** @returns null when no twin is recorded here: there is none, or the refusal is counted elsewhere */
async function recordTwin<In extends z.ZodType, S, V>(
  spec: CommandSpec<In, S, V>,
  call: Call,
  input: z.output<In>,
  tx: Tx,
  scope: S | null,
  refusal: Refusal,
  deniedGuru: GuruSnapshot | null,
): Promise<(Recorded | null)[] | null> {
  const { principal, request } = call;
  const twin = spec.event.failed;
  const fallback =
    twin?.targetType === "org" ? { id: String(principal.orgId) } : spec.target({ input, principal, scope });
  const fact: AuditFact | null = spec.onRefusal
    ? await spec.onRefusal({ tx, input, principal, request, scope }, refusal)
    : { label: fallback.id, metadata: { message: refusal.message } };
  const definition = fact?.event ?? twin;
  if (!fact || !definition) return null;
  const guru = fact.guru ?? guruFor(definition, scope, deniedGuru);
  // A log of a guru is nobody's without the guru: such a denial is ACCESS_DENIED.
  if (definition.guru === "always" && guru === null && refusal.code === "forbidden") return null;
  const details = { reason: refusal.code, ...fact.details };
  const event = eventOf(
    definition,
    { ...fact, guru, target: fact.target ?? fallback, details },
    principal,
    request,
  );
  return recordEvents(tx, [event]);
}

/** The guru that the permission check found, where the event may have one. */
function guruFor(
  definition: EventDefinition,
  scope: unknown,
  denied: GuruSnapshot | null,
): GuruSnapshot | null {
  if (definition.guru === "never") return null;
  const found =
    typeof scope === "object" && scope !== null && "guru" in scope ? (scope.guru as GuruSnapshot) : denied;
  return found ? { id: found.id, slug: found.slug, name: found.name } : null;
}
