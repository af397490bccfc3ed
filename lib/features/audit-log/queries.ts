import "server-only";
import { sql } from "drizzle-orm";
import type { GuruFacts } from "@/lib/access/guru-standing";
import { shownCount, type Total } from "@/lib/audit/query/counts";
import { type Choices, choicesOf } from "@/lib/audit/query/facets";
import { type AuditFilter, emptyFilter, isEmptyFilter } from "@/lib/audit/query/filter";
import { eventById, eventsPage, sequencesOf } from "@/lib/audit/query/pages";
import type { EventRecordRow } from "@/lib/audit/query/row";
import { type Compiled, compileFilter, type FilterScope } from "@/lib/audit/query/where";
import { readDb } from "@/lib/db/client";
import { inOrganization, onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";
import { readsLog } from "./commands/view-audit-logs";
import { type Place, pageHref, placeOf } from "./page-address";
import { type PageEvent, type PageRow, pageEvent, pageRows } from "./page-rows";

const rowsPerPage = 50;

export interface PageInput {
  filter: AuditFilter;
  /** `older` of the page's address. */
  older?: string | null | undefined;
  /** `newer` of the page's address. */
  newer?: string | null | undefined;
  /** `event` of the page's address; undefined: no sheet is open. */
  event?: string | null | undefined;
}

interface AuditPageData {
  rows: PageRow[];
  total: Total;
  range: { first: number | null; last: number | null; oldest: string | null; newest: string | null };
  facets: Choices;
  applied: AuditFilter;
  cursors: { newer?: string; older?: string };
  /** Null: the address names an event that is not in this log. */
  event: PageEvent | null | undefined;
  /** RFC 3339; null while logging is on. */
  loggingOffSince: string | null;
  emptyKind: "nothing-yet" | "no-match" | "older-than-retention";
  /** 0 keeps for ever. */
  retentionDays: number;
}

/** Whether the caller may read a log, for an answer without rows. */
export const auditLogStands = query({ allow: readsLog, run: async () => null });

/** The organization's whole log, for the owner and auditors. */
export const globalAuditPage = query({
  allow: inOrganization<PageInput>("audit:read-global"),
  run: ({ input, principal }) => pageData({ orgId: principal.orgId, guruScope: null }, input),
});

/** The log of one guru, for its maintainers. */
export const guruAuditPage = query({
  allow: onGuru<PageInput & { slug: string }>("audit:read-guru", ({ slug }) => slug),
  async run({ input, principal, scope }): Promise<AuditPageData & { guru: GuruFacts }> {
    const { guru } = scope;
    return { ...(await pageData({ orgId: principal.orgId, guruScope: guru.id }, input)), guru };
  },
});

/** One event of the whole log by its id. */
export const auditEvent = query({
  allow: inOrganization<{ id: string }>("audit:read-global"),
  run: ({ input, principal }) => eventOf({ orgId: principal.orgId, guruScope: null }, input.id),
});

/** One event of a guru's log by its id. */
export const guruAuditEvent = query({
  allow: onGuru<{ id: string; slug: string }>("audit:read-guru", ({ slug }) => slug),
  run: ({ input, principal, scope }) =>
    eventOf({ orgId: principal.orgId, guruScope: scope.guru.id }, input.id),
});

async function eventOf(scope: FilterScope, id: string): Promise<PageEvent | null> {
  const row = await eventById(await compileFilter({ ...scope, filter: emptyFilter }), id.toLowerCase());
  if (!row) return null;
  const indexes = await sequencesOf(scope, [row]);
  return pageEvent(row, indexes.get(row.id) ?? null);
}

async function pageData(scope: FilterScope, input: PageInput): Promise<AuditPageData> {
  const { filter } = input;
  const where = await compileFilter({ ...scope, filter });
  const [page, total, facets, event, kept] = await Promise.all([
    rowsAround(where, input),
    shownCount(scope, where),
    choicesOf(scope),
    input.event == null ? undefined : eventOf(scope, input.event),
    retention(),
  ]);
  const first = page.rows[0];
  const last = page.rows.at(-1);
  const before = !first ? null : page.hasNewer ? await newerThan(scope, where, first) : 0;
  return {
    rows: await pageRows(scope.orgId, page.rows),
    total: total.exact ? total : { count: Math.max(total.count, page.rows.length), exact: false },
    range: {
      first: before === null ? null : before + 1,
      last: before === null ? null : before + page.rows.length,
      oldest: last?.timestamp ?? null,
      newest: first?.timestamp ?? null,
    },
    facets,
    applied: filter,
    cursors: {
      ...(first && page.hasNewer ? { newer: pageHref(filter, "newer", first) } : {}),
      ...(last && page.hasOlder ? { older: pageHref(filter, "older", last) } : {}),
    },
    event,
    loggingOffSince: kept.offSince,
    emptyKind: emptyKind(input, total, kept.cutoff),
    retentionDays: kept.days,
  };
}

/** Why there are no rows. An address of older events outlives them: then there are rows, but none so old any more. */
function emptyKind(
  { filter, older }: PageInput,
  total: Total,
  cutoff: string | null,
): AuditPageData["emptyKind"] {
  if (filter.until && cutoff !== null && filter.until < cutoff) return "older-than-retention";
  if (placeOf(older) && total.count > 0) return "older-than-retention";
  return isEmptyFilter(filter) ? "nothing-yet" : "no-match";
}

interface Rows {
  rows: EventRecordRow[];
  hasNewer: boolean;
  hasOlder: boolean;
}

async function rowsAround(where: Compiled, input: PageInput): Promise<Rows> {
  const limit = rowsPerPage;
  const newer = placeOf(input.newer);
  if (newer) {
    const page = await eventsPage({ where, limit, cursor: newer, direction: "newer" });
    // Short of a page the newest one is meant.
    if (page.rows.length === limit) return { rows: page.rows, hasNewer: page.more, hasOlder: true };
  }
  const older: Place | null = newer ? null : placeOf(input.older);
  const page = await eventsPage({ where, limit, cursor: older, direction: "older" });
  return { rows: page.rows, hasNewer: older !== null, hasOlder: page.more };
}

/** Number of events before a row; null when the counting does not end in time. */
async function newerThan(scope: FilterScope, where: Compiled, row: EventRecordRow): Promise<number | null> {
  const counted = await shownCount(scope, where, (b) => {
    const at = `(timestamptz 'epoch' + ${b.bind(row.micros, "bigint")} * interval '1 microsecond')`;
    return `e.occurred_at >= ${at} and (e.occurred_at, e.id) > (${at}, ${b.bind(row.id, "uuid")})`;
  });
  return counted.exact ? counted.count : null;
}

async function retention(): Promise<{ days: number; cutoff: string | null; offSince: string | null }> {
  const [row] = await readDb().execute<{ days: number; cutoff: string | null; changed: string | null }>(sql`
    select coalesce(retention_days, 90) as days,
      case when isfinite(audit_cutoff()) then to_char(audit_cutoff() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as cutoff,
      to_char(logging_changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed
    from audit_config`);
  const isOff = !runtime().env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED;
  return {
    days: row?.days ?? 90,
    cutoff: row?.cutoff ?? null,
    offSince: isOff ? (row?.changed ?? new Date().toISOString()) : null,
  };
}
