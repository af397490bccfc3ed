import type { ActionType, ActorType, EventDefinition, Metadata, Outcome } from "@/lib/audit/catalogue/define";

/** One changed field. `null` stands for "was not there" or "is gone". */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

export interface Actor {
  type: ActorType;
  /** Account id, key's public id, `system` or `anonymous`. */
  id: string;
  email: string | null;
  ip: string | null;
  userAgent: string | null;
}

/** The guru an event belongs to, as a snapshot. */
export interface GuruSnapshot {
  id: string;
  slug: string;
  name: string;
}

/** One event as the gate hands it to the recorder. Id and time are the database's to give. */
export interface EventInput {
  definition: EventDefinition;
  orgId: number;
  actor: Actor;
  /** The person behind the act: the actor, a key's owner, the account tried; null if none. */
  accountId: string | null;
  guru: GuruSnapshot | null;
  /** The definition's other action type, where it has one and that is what happened. */
  actionType?: ActionType;
  /** Overrides the definition's target type where the catalogue says "guru or org". */
  targetType?: string;
  targetId: string;
  label: string;
  outcome?: Outcome;
  metadata?: Metadata;
  changes?: Change[];
  details?: Record<string, unknown>;
  /** Id of the leading event of the same act. */
  cause?: string | null;
}

export interface Recorded {
  id: string;
  /** RFC 3339, microseconds. */
  occurredAt: string;
  /** The transaction, to ask what became of it when COMMIT's answer is lost. */
  xid: string;
}
