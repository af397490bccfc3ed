import { columnLetters } from "@/lib/platform/column-letters";

/** A data source as the log and the pages call it: `TYPE - title`. */
export function dataSourceLabel(source: { kind: string; title: string }): string {
  return `${source.kind} - ${source.title}`;
}

/** What the events about a data source say of it; of the secret that goes to its host the name alone. */
export function dataSourceDetails(source: {
  kind: string;
  sizeBytes: number;
  sha256: Buffer;
  url?: string | null;
  settings?: { branches?: string[]; branch?: string; secret?: string };
}) {
  const { kind, sizeBytes, sha256, url = null, settings: { branch, secret, ...settings } = {} } = source;
  const branches = settings.branches ?? (branch === undefined ? undefined : [branch]);
  return {
    kind,
    sizeBytes,
    sha256: sha256.toString("hex"),
    ...(url === null ? {} : { url }),
    ...(branches === undefined ? {} : { branches }),
    ...(secret === undefined ? {} : { secret }),
  };
}

/** A backfill job as the log and the pages call it: `TYPE - query`. */
export function backfillJobLabel(job: { type: string; label: string }): string {
  return `${job.type} - ${job.label}`;
}

/** What every event about a backfill job says of it. */
export function backfillJobDetails(job: {
  type: string;
  query: string;
  contentType: string | null;
  days: number | null;
  intervalHours: number;
}) {
  const { type, query, contentType, days, intervalHours } = job;
  return {
    type,
    query,
    ...(contentType === null ? {} : { contentType }),
    ...(days === null ? {} : { days }),
    intervalHours,
  };
}

/** An integration as the log and the pages call it: `TYPE - guru name`. */
export function integrationLabel(integration: { type: string }, guru: { name: string }): string {
  return `${integration.type} - ${guru.name}`;
}

/** What every event about an integration says of it; of secrets the names alone. */
export function integrationDetails(integration: {
  type: string;
  baseUrl: string;
  accountName: string;
  secretNames: readonly string[];
}) {
  const { type, baseUrl, accountName: account, secretNames } = integration;
  return { type, baseUrl, account, ...(secretNames.length === 0 ? {} : { secrets: [...secretNames] }) };
}

/** What the events about an Excel job say of its workbook. */
export function excelJobDetails(job: {
  sizeBytes: number;
  sha256: Buffer;
  /** Counted from 0. */
  sheet: number;
  sheetName: string;
  readAt: Date | null;
  headerRow: number;
  questionColumn: number;
  answerColumns: number[];
}) {
  const { sizeBytes, sha256, sheet, sheetName, readAt, headerRow, questionColumn, answerColumns } = job;
  return {
    ...{ sizeBytes, sha256: sha256.toString("hex"), sheetNumber: sheet + 1, headerRow },
    // The name is known when the workbook has been read.
    ...(readAt ? { sheet: sheetName } : {}),
    questionColumn: columnLetters(questionColumn),
    answerColumns: answerColumns.map(columnLetters),
  };
}

/** A widget as the log and the pages call it: `slug - domain`. */
export function widgetLabel({ slug, domain }: { slug: string; domain: string }): string {
  return `${slug} - ${domain}`;
}
