import "server-only";
import { sql } from "drizzle-orm";
import { analyticsExported } from "@/lib/audit/catalogue/analytics";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { type AskedExport, exportFact, partsOf } from "../export/asked-export";
import { analyticsFileName } from "../export/file-name";
import { questionsWhere, sourcesQuery } from "../lists";
import { periodOf } from "../period-rules";
import { nowOf } from "../queries";
import { type ExportFilters, exportAnalyticsInput } from "../schemas";

/**
 * Asks for a guru's analytics as a file: recorded and committed here, before any byte of it leaves. The file itself is made
 * of what this answers (`sendAnalytics`).
 */
export const exportAnalytics = sensitiveRead({
  name: "export-analytics",
  input: exportAnalyticsInput,
  allow: onGuru<{ guru: string }>("analytics:read", ({ guru }) => guru),
  event: analyticsExported,
  target: ({ input, scope }) => ({ id: scope?.guru.id ?? input.guru }),
  async run({ tx, input, scope }) {
    const { interval, from, to, format, timeZone } = input;
    const { id, slug, name } = scope.guru;
    const filters = usable(input.filters);
    const nowMs = await nowOf(tx);
    const period = periodOf(input, nowMs, timeZone);
    const asked: AskedExport = {
      id: mintId(),
      guru: { id, slug, name },
      format,
      range: { interval, from, to },
      period,
      timeZone,
      filters,
      atMs: nowMs,
      fileName: analyticsFileName(slug, input, format, nowMs),
    };
    if (!(await hasRows(tx, asked)))
      throw refuse(
        "not_found",
        "There is nothing to export in this range. Choose another range or fewer filters.",
      );
    return { value: asked, targetId: asked.id, audit: exportFact(asked, { success: true }) };
  },
});

/** @throws Refusal for a kind of source that there is not */
function usable(filters: ExportFilters): ExportFilters {
  const { referenced_sources: kind, search, ...doors } = filters;
  const kinds: readonly string[] = schema.dataSource.kind.enumValues;
  const isAll = kind.toLowerCase() === "all";
  if (!isAll && !kinds.includes(kind.toUpperCase()))
    throw refuse("invalid", `Choose a kind of source, or all: ${kinds.join(", ").toLowerCase()}.`);
  return {
    ...doors,
    referenced_sources: isAll ? "all" : kind.toUpperCase(),
    ...(search === undefined ? {} : { search: cleanText(search) }),
  };
}

async function hasRows(tx: Tx, asked: AskedExport): Promise<boolean> {
  const { questions, unanswered, sources } = partsOf(asked);
  const [row] = await tx.execute<{ any: boolean }>(sql`
    select exists (select from question q where ${questionsWhere(questions, asked.period)})
      or exists (select from question q where ${questionsWhere(unanswered, asked.period)})
      or exists (${sourcesQuery(sources, asked.period)} limit 1) as any`);
  return row?.any ?? false;
}
