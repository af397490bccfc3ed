import type { AuditTotal } from "./types";

/** "8,412", or "at least 8,412" when counting was stopped. */
export function totalText(total: AuditTotal): string {
  const count = total.count.toLocaleString("en-US");
  return total.exact ? count : `at least ${count}`;
}
