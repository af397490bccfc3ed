import "server-only";
import { sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";

/**
 * Columns of a source that is sent to be indexed from its start, because its content is another or somebody wants it. A
 * run under way is overtaken; until the new one ends, the old passages answer.
 */
export function indexedAnew() {
  const { dataSource } = schema;
  return {
    status: "NOT_PROCESSED",
    error: null,
    progressBytes: 0,
    progressDone: null,
    progressTotal: null,
    progressNote: null,
    resume: null,
    attempts: 0,
    indexRun: sql`${dataSource.indexRun} + 1`,
    heartbeatAt: sql`gurulog_now()`,
  } as const;
}
