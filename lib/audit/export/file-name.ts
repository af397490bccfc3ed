import type { AuditFilter } from "@/lib/audit/query/filter";

/**
 * What an export is called: `audit_logs`, the active filters with the number of values chosen in each, the second in
 * which it was asked for. `actions` counts action types (the badge), `users` the values of `actor`, `operations` the
 * names of either kind. Filters that only the HTTP API offers (target, ip) have no part in the name.
 * @param at when it was asked for
 */
export function exportFileName(filter: AuditFilter, extension: string, at: Date): string {
  const counts: [string, number][] = [
    ["gurus", filter.guru.length],
    ["models", filter.model.length],
    ["users", filter.actor.length],
    ["actions", filter.actionType.length],
    ["operations", filter.operation.length + filter.action.length],
    ["outcomes", filter.outcome.length],
    ["dates", filter.since || filter.until ? 1 : 0],
    ["search", filter.q ? 1 : 0],
  ];
  const active = counts.filter(([, count]) => count > 0).map(([name, count]) => `_${name}-${count}`);
  return `audit_logs${active.join("")}_${Math.floor(at.getTime() / 1000)}.${extension}`;
}
