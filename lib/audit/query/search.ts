import type { Binder } from "./binder";

/** Text anywhere in e-mail, object, guru and operation; at the beginning of target id and address. */
export function searchCondition(b: Binder, q: string): string {
  const escaped = q.replace(/[\\%_]/g, "\\$&");
  const anywhere = b.bind(`%${escaped}%`, "text");
  const beginning = b.bind(`${escaped}%`, "text");
  return [
    ...["e.actor_email", "e.target_label", "e.guru_name", "e.guru_slug", "e.operation"].map(
      (column) => `lower(${column}) like lower(${anywhere})`,
    ),
    `lower(e.target_id) like lower(${beginning})`,
    `host(e.ip) like lower(${beginning})`,
  ].join(" or ");
}
