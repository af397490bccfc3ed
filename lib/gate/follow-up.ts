import "server-only";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { Recorded } from "@/lib/audit/record/event-input";
import { recordEvents } from "@/lib/audit/record/record";
import type { Tx } from "@/lib/db/client";
import { type AuditFact, eventOf } from "./facts";

/**
 * Records an act that began in an earlier transaction, in the one that settles it. Whoever settles sees to it that this
 * happens once.
 * @param tx the gate's transaction
 * @returns null when logging is off
 */
export async function recordSettled(
  tx: Tx,
  definition: EventDefinition,
  fact: AuditFact & { target: { id: string; type?: string } },
  by: { principal: Principal; request: RequestFacts },
): Promise<Recorded | null> {
  const [recorded] = await recordEvents(tx, [eventOf(definition, fact, by.principal, by.request)]);
  return recorded ?? null;
}

/**
 * Records that an act ended early whose event, recorded before it began, says that it succeeded: the same event once
 * more with outcome failure.
 * @param tx the gate's transaction, in which the state of the work is settled too
 * @param cause id of the first event; null when logging was off then
 * @returns null when logging is off
 */
export async function recordEarlyEnd(
  tx: Tx,
  definition: EventDefinition,
  fact: AuditFact & { target: { id: string; type?: string } },
  by: { principal: Principal; request: RequestFacts; cause: string | null },
): Promise<Recorded | null> {
  const event = eventOf(definition, fact, by.principal, by.request);
  const [recorded] = await recordEvents(tx, [{ ...event, outcome: "failure", cause: by.cause }]);
  return recorded ?? null;
}
