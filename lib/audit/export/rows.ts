import "server-only";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { sql } from "@/lib/db/client";

export interface ExportScope {
  orgId: number;
  /** Null for the organization's whole log. */
  guruId: string | null;
  filter: AuditFilter;
  /** When the export was asked for, RFC 3339 with microseconds, as the database wrote it. */
  asOf: string;
}

/**
 * The events of an export as a condition on `audit_event e`, its values literals. Those recorded after it was asked for
 * are left out: so its own event is not in it, and the rows counted are the rows sent.
 */
export async function exportCondition({ orgId, guruId, filter, asOf }: ExportScope): Promise<string> {
  const { text, params } = await compileFilter({ orgId, guruScope: guruId, filter });
  const bounded = { text: `(${text}) and e.occurred_at < $${params.length + 1}::timestamptz`, params: [...params, asOf] };
  return literalSql(sql(), bounded);
}
