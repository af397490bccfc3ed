import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { QuestionDoor } from "@/lib/db/schema/gurus";
import type { AuditFact } from "@/lib/gate/facts";
import type { QuestionsAsked, SourcesAsked } from "../lists";
import type { AnalyticsPeriod } from "../period-rules";
import type { AnalyticsFormat, ExportFilters, Interval } from "../schemas";

/** An export that was asked for and recorded. */
export interface AskedExport {
  id: string;
  guru: GuruSnapshot;
  format: AnalyticsFormat;
  range: { interval: Interval; from?: string | undefined; to?: string | undefined };
  period: AnalyticsPeriod;
  timeZone: string;
  filters: ExportFilters;
  /** When, by the database's clock, milliseconds. */
  atMs: number;
  fileName: string;
}

const doorOf = (chosen: "all" | QuestionDoor): QuestionDoor | undefined =>
  chosen === "all" ? undefined : chosen;

/** What its three lists hold. */
export function partsOf({ guru, filters }: AskedExport): {
  questions: QuestionsAsked;
  unanswered: QuestionsAsked;
  sources: SourcesAsked;
} {
  const { search, referenced_sources: kind } = filters;
  return {
    questions: { guruId: guru.id, door: doorOf(filters.questions), unanswered: false, search },
    unanswered: { guruId: guru.id, door: doorOf(filters.out_of_context), unanswered: true, search },
    // By the same door as the questions whose answers quoted them.
    sources: {
      guruId: guru.id,
      door: doorOf(filters.questions),
      kind: kind === "all" ? undefined : kind,
      search,
    },
  };
}

/** The fact of its event. */
export function exportFact(
  asked: AskedExport,
  end: { success: boolean; rowsSent?: number; message?: string },
): AuditFact & { target: { id: string } } {
  const { id, guru, format, range, period, timeZone, filters, fileName } = asked;
  const { search, ...chosen } = filters;
  return {
    target: { id: guru.id },
    label: guru.name,
    guru,
    details: {
      filters: search === undefined ? chosen : { ...chosen, search },
      interval: range.interval,
      since: new Date(period.since).toISOString(),
      until: new Date(period.until).toISOString(),
      timeZone,
      format,
      fileName,
      exportId: id,
      ...end,
    },
  };
}
