import "server-only";
import postgres from "postgres";
import { exactCount } from "@/lib/audit/query/counts";
import { isOverdue } from "@/lib/audit/query/deadline";
import type { AuditFilter } from "@/lib/audit/query/filter";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { type Sql, sql } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";

/** A click waits so long for a number that the progress can do without. */
const countPatienceMs = 8_000;

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
async function condition({ orgId, guruId, filter, asOf }: ExportScope) {
  const { text, params } = await compileFilter({ orgId, guruScope: guruId, filter });
  return {
    text: `(${text}) and e.occurred_at < $${params.length + 1}::timestamptz`,
    params: [...params, asOf],
  };
}

/** The condition with its values as literals, for COPY. */
export async function exportCondition(scope: ExportScope): Promise<string> {
  return literalSql(sql(), await condition(scope));
}

/**
 * How many events an export will hold: from the sealer's counts where those answer its filter, else counted. In a snapshot
 * of its own, on a connection of its own: from within a transaction a second one of the pool could be waited for in vain.
 * @returns null when counting takes longer than eight seconds
 */
export async function countForExport({ orgId, guruId, filter, asOf }: ExportScope): Promise<number | null> {
  const scope = { orgId, guruScope: guruId };
  const client = postgres(runtime().urls.direct, {
    max: 1,
    prepare: false,
    onnotice: () => {},
    connect_timeout: 10,
    connection: {
      application_name: "gurulog count",
      TimeZone: "UTC",
      jit: "off",
      statement_timeout: countPatienceMs,
    },
  });
  try {
    return await client.begin("isolation level repeatable read read only", async (tx) => {
      // Filters know milliseconds.
      const until = [filter.until ?? asOf, asOf.replace(/\d{3}Z$/, "Z")].sort()[0] as string;
      const where = await compileFilter({ ...scope, filter: { ...filter, until } }, tx as unknown as Sql);
      return exactCount(tx, scope, where);
    });
  } catch (error) {
    if (isOverdue(error)) return null;
    throw error;
  } finally {
    await client.end({ timeout: 1 });
  }
}
