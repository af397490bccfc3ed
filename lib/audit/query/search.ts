import type { Binder } from "./binder";

/** The part of a filter's condition that its search text makes; parameters as in the condition itself. */
export interface Search {
  /** The text searched for. */
  q: string;
  /** Which events there are in the log and the range of time. */
  anything: string;
  /** Which events the rest of the filter chooses, whatever the time. */
  rest: string;
  /** The rest of the filter chooses by nothing but time. */
  isAlone: boolean;
}

/** Text anywhere in e-mail, object, guru and operation; at the beginning of target id and address. */
export function searchCondition(b: Binder, q: string): string {
  const escaped = likeEscaped(q);
  const anywhere = b.bind(`%${escaped}%`, "text");
  const beginning = b.bind(`${escaped}%`, "text");
  return [
    ...["e.actor_email", "e.target_label", "e.guru_name", "e.guru_slug", "e.operation"].map(
      (column) => `lower(${column}) like lower(${anywhere})`,
    ),
    `lower(e.target_id) like lower(${beginning})`,
    // No address has another character.
    ...(/^[\da-fA-F.:]+$/.test(q) ? [`host(e.ip) like lower(${beginning})`] : []),
  ].join(" or ");
}

/** What stands in the index of a search segment (drizzle/0011_search_segments.sql); `e` is left out there. */
export const segmentColumns = (e: "e." | "") =>
  [
    `audit_search_text(${["actor_email", "target_label", "guru_name", "guru_slug", "operation"].map((c) => e + c).join(", ")})`,
    `audit_search_starts(${e}target_id, ${e}ip)`,
  ] as const;

/** Whether an index of trigrams has anything to find a text by: whole words or three letters beside each other. */
export function isIndexable(q: string): boolean {
  return isBeyondAscii(q) || /[a-z\d]{3}|[a-z\d]{2}[^a-z\d]|[^a-z\d][a-z\d]/i.test(q);
}

/**
 * A condition that every event holding the text meets, and few others: it chooses nothing by itself, but an index of a
 * segment answers it. To be added to the filter's own condition.
 * @param q a text that `isIndexable`
 */
export function segmentCondition(b: Binder, q: string): string {
  const [text, starts] = segmentColumns("e.");
  const anywhere = [`${text} like lower(${b.bind(`%${likeEscaped(q)}%`, "text")})`];
  if (isBeyondAscii(q)) anywhere.push(`${text} like audit_search_runs(${b.bind(q, "text")})`);
  return `(${anywhere.join(" and ")} or ${starts} @@ audit_search_beginning(${b.bind(q, "text")}))`;
}

const isBeyondAscii = (q: string) => /[\u0080-\uffff]/.test(q);

function likeEscaped(q: string): string {
  return q.replace(/[\\%_]/g, "\\$&");
}
