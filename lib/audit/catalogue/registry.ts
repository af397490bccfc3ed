import * as accounts from "./accounts";
import * as auditLog from "./audit-log";
import type { EventDefinition } from "./define";
import * as gurus from "./gurus";
import * as members from "./members";
import * as organization from "./organization";

/** Every event with a producer, by export name. */
export const catalogue: Readonly<Record<string, EventDefinition>> = {
  ...accounts,
  ...organization,
  ...members,
  ...gurus,
  ...auditLog,
};

export const allEvents: readonly EventDefinition[] = Object.values(catalogue);

const byAction = new Map(allEvents.map((e) => [e.action, e]));

export function eventOfAction(action: string): EventDefinition | undefined {
  return byAction.get(action);
}
