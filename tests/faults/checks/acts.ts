import type { Act, Kind } from "../support/ledger";
import type { LoggedEvent, LogState } from "./read-state";

const recordedAs: Record<Kind, [operation: string, outcome: string]> = {
  "create-key": ["CREATE_API_KEY", "success"],
  "delete-key": ["DELETE_API_KEY", "success"],
  "create-guru": ["CREATE_GURU", "success"],
  "update-guru": ["UPDATE_GURU", "success"],
  "delete-guru": ["DELETE_GURU", "success"],
  "add-source": ["ADD_DATASOURCE", "success"],
  ask: ["ASK_GURU", "success"],
  "sign-in": ["LOGIN_SUCCESS", "success"],
  "fail-sign-in": ["LOGIN_FAILED", "failure"],
  "sign-out": ["LOGOUT", "success"],
  "read-log": ["FETCH_AUDIT_LOGS", "success"],
};

export interface ActFinding {
  marker: string;
  kind: Kind;
  what:
    | "acknowledged, no event"
    | "acknowledged, several events"
    | "refused, yet recorded"
    | "recorded twice";
}

/** The leading event of each act, by its marker; several where something stands twice. */
export function eventsOfActs(log: LogState): Map<string, LoggedEvent[]> {
  const found = new Map<string, LoggedEvent[]>();
  for (const event of log.events) {
    if (event.marker === null || event.cause !== null) continue;
    found.set(event.marker, [...(found.get(event.marker) ?? []), event]);
  }
  return found;
}

/** Of the events of an act those that say that it was done. */
export function recordsOf(act: Act, events: Map<string, LoggedEvent[]>): LoggedEvent[] {
  const [operation, outcome] = recordedAs[act.kind];
  return (events.get(act.marker) ?? []).filter((e) => e.operation === operation && e.outcome === outcome);
}

/** Every acknowledged act has exactly one event, a refused one none, and one that nobody knows of at most one. */
export function checkActs(acts: Act[], log: LogState): ActFinding[] {
  const events = eventsOfActs(log);
  return acts.flatMap((act) => {
    const count = recordsOf(act, events).length;
    const { marker, kind } = act;
    const find = (what: ActFinding["what"]): ActFinding[] => [{ marker, kind, what }];
    if (act.outcome === "done" && count === 0) return find("acknowledged, no event");
    if (act.outcome === "done" && count > 1) return find("acknowledged, several events");
    if (act.outcome === "refused" && count > 0) return find("refused, yet recorded");
    return count > 1 ? find("recorded twice") : [];
  });
}

/** If one act was acknowledged before another was sent, it comes first in the sealed order. @returns the pairs that do not */
export function checkOrder(acts: Act[], log: LogState): string[] {
  const events = eventsOfActs(log);
  const placed = acts
    .filter((act) => act.outcome === "done" && act.tries === 1)
    .flatMap((act) => recordsOf(act, events).map((event) => ({ act, index: event.index ?? -1 })));
  const bySent = [...placed].sort((a, b) => a.act.sentAt - b.act.sentAt);
  const byAnswer = [...placed].sort((a, b) => a.act.answeredAt - b.act.answeredAt);
  const wrong: string[] = [];
  let next = 0;
  let highest: (typeof placed)[number] | undefined;
  for (const later of bySent) {
    for (
      let first = byAnswer[next];
      first && first.act.answeredAt < later.act.sentAt;
      first = byAnswer[next]
    ) {
      if (!highest || first.index > highest.index) highest = first;
      next += 1;
    }
    if (highest && highest.index > later.index)
      wrong.push(`${highest.act.marker} at ${highest.index} before ${later.act.marker} at ${later.index}`);
  }
  return wrong;
}
