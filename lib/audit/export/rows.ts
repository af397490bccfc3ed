import "server-only";
import { type SQL, sql as statement } from "drizzle-orm";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { driverOf, type Sql, sql, type Tx } from "@/lib/db/client";

interface ExportScope {
  orgId: number;
  /** Null for the organization's whole log. */
  guruId: string | null;
  filter: AuditFilter;
  /** When the export was asked for, RFC 3339 with microseconds, as the database wrote it. */
  asOf: string;
}

/**
 * The events of an export as a condition on `audit_event e`. Those recorded after it was asked for are left out: so its
 * own event is not in it, and the rows counted are the rows sent.
 */
async function condition({ orgId, guruId, filter, asOf }: ExportScope, db?: Sql) {
  const { text, params } = await compileFilter({ orgId, guruScope: guruId, filter }, db);
  return {
    text: `(${text}) and e.occurred_at < $${params.length + 1}::timestamptz`,
    params: [...params, asOf],
  };
}

/** The condition with its values as literals, for COPY. */
export async function exportCondition(scope: ExportScope): Promise<string> {
  return literalSql(sql(), await condition(scope));
}

/** How many events an export will hold, in the transaction that records it. */
export async function countForExport(tx: Tx, scope: ExportScope): Promise<number> {
  const { text, params } = await condition(scope, driverOf(tx));
  const pieces: SQL[] = text
    .split(/\$(\d+)/)
    .map((piece, i) =>
      i % 2 === 0 ? statement.raw(piece) : statement`${statement.param(params[Number(piece) - 1])}`,
    );
  const [counted] = await tx.execute<{ n: string }>(
    statement`select count(*) as n from audit_event e where ${statement.join(pieces)}`,
  );
  return Number(counted?.n);
}
