import { accountOf, actorOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import type { ActionType, EventDefinition, Metadata } from "@/lib/audit/catalogue/define";
import type { Actor, Change, EventInput, GuruSnapshot } from "@/lib/audit/record/event-input";

/** What an act says of itself for the log. Everything else (actor, address, request) the gate knows. */
export interface AuditFact {
  /** Another event than the command's own; in a list, for the objects of a cascade. */
  event?: EventDefinition;
  /** The other action type of an event that has two. */
  actionType?: ActionType;
  target?: { id: string; type?: string };
  /** The object as people know it; a snapshot. */
  label: string;
  guru?: GuruSnapshot | null;
  changes?: Change[];
  metadata?: Metadata;
  details?: Record<string, unknown>;
  /** Who acted, where it is not the caller (a person who registers acts as the new account). */
  actor?: { type: "user" | "anonymous" | "system"; id: string; email: string | null };
  /** The person behind the act where it is not the caller's account (a failed sign-in's account). */
  accountId?: string | null;
}

/** Builds the event of a fact. */
export function eventOf(
  definition: EventDefinition,
  fact: AuditFact & { target: { id: string; type?: string } },
  principal: Principal,
  request: RequestFacts,
): EventInput {
  const from = { ip: request.ip, userAgent: request.userAgent };
  const actor: Actor = fact.actor
    ? { ...fact.actor, ...(fact.actor.type === "system" ? { ip: null, userAgent: null } : from) }
    : actorOf(principal, request, definition.fixed);
  const key = principal.kind === "api_key" ? principal : undefined;
  return {
    definition,
    orgId: principal.orgId,
    actor,
    accountId:
      fact.accountId !== undefined
        ? fact.accountId
        : fact.actor
          ? fact.actor.type === "user"
            ? fact.actor.id
            : null
          : accountOf(principal),
    guru: fact.guru ?? null,
    ...(fact.actionType ? { actionType: fact.actionType } : {}),
    ...(fact.target.type ? { targetType: fact.target.type } : {}),
    targetId: fact.target.id,
    label: fact.label,
    ...(fact.metadata !== undefined ? { metadata: fact.metadata } : {}),
    ...(fact.changes ? { changes: fact.changes } : {}),
    details: {
      ...fact.details,
      ...(key && definition.fixed ? { via: { apiKeyId: key.keyId, apiKeyName: key.keyName } } : {}),
      ...(key && !definition.fixed ? { apiKeyName: key.keyName } : {}),
      ...(request.requestId ? { requestId: request.requestId } : {}),
    },
  };
}
