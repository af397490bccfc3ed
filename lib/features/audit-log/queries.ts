import "server-only";
import { sql } from "drizzle-orm";
import type { GuruFacts } from "@/lib/access/guru-standing";
import { type ChoiceDimension, type Choices, choicesOf } from "@/lib/audit/query/facets";
import { type AuditFilter, emptyFilter, isEmptyFilter } from "@/lib/audit/query/filter";
import { eventById, eventsPage, sequencesOf } from "@/lib/audit/query/pages";
import type { EventRecordRow } from "@/lib/audit/query/row";
import { type Compiled, compileFilter, type FilterScope } from "@/lib/audit/query/where";
import { readDb } from "@/lib/db/client";
import { inOrganization, onGuru } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";
import { readsLog } from "./commands/view-audit-logs";
import { type Place, pageHref, placeAfter, placeOf, placeOfNothing, placeText, timeOf } from "./page-address";
import { countsOfPage, type ShownCounts, soonOrLater } from "./page-counts";
import { type PageEvent, type PageRow, pageEvent, pageRows } from "./page-rows";

const rowsPerPage = 50;

export interface PageInput {
  filter: AuditFilter;
  /** `older` of the page's address. */
  older?: string | null | undefined;
  /** `newer` of the page's address. */
  newer?: string | null | undefined;
  /** `at` of the page's address: a moment that the page begins at, unless it begins at a place. */
  at?: string | null | undefined;
  /** `event` of the page's address; undefined: no sheet is open. */
  event?: string | null | undefined;
}

interface AuditPageData {
  rows: PageRow[];
  range: { oldest: string | null; newest: string | null };
  /** A promise where counting takes longer than the rows should wait. */
  counts: ShownCounts | Promise<ShownCounts>;
  facets: Choices;
  /** Values that a dropdown leaves out. */
  moreFacets: Record<ChoiceDimension, number>;
  applied: AuditFilter;
  /** Newer events are counted from here. */
  newestPlace: string;
  cursors: { newer?: string; older?: string };
  /** Where a search met its deadline: up to when it looked (RFC 3339), and whether back in time. `cursors` goes on there. */
  searchedTo: { time: string; isBack: boolean } | null;
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
  const [{ page, counting }, facets, event, kept] = await Promise.all([
    countedRows(scope, where, input),
    choicesOf(scope, filter),
    input.event == null ? undefined : eventOf(scope, input.event),
    retention(),
  ]);
  const first = page.rows[0];
  const last = page.rows.at(-1);
  const { cut } = page;
  const newer = page.hasNewer && (cut && !cut.isBack ? cut.place : first);
  const older = page.hasOlder && (cut?.isBack ? cut.place : last);
  const [rows, emptyKind, { soonOrLater: counts }] = await Promise.all([
    pageRows(scope.orgId, page.rows),
    cut ? ("no-match" as const) : kindOfEmpty(where, input, page.rows.length, kept.cutoff),
    soonOrLater(counting),
  ]);
  return {
    rows,
    counts,
    range: { oldest: last?.timestamp ?? null, newest: first?.timestamp ?? null },
    facets: facets.choices,
    moreFacets: facets.more,
    applied: filter,
    newestPlace: first ? placeText(first) : placeOfNothing,
    cursors: {
      ...(newer ? { newer: pageHref(filter, "newer", newer) } : {}),
      ...(older ? { older: pageHref(filter, "older", older) } : {}),
    },
    searchedTo: cut ? { time: timeOf(cut.place), isBack: cut.isBack } : null,
    event,
    loggingOffSince: kept.offSince,
    emptyKind,
    retentionDays: kept.days,
  };
}

/** The rows, and counting under way. */
async function countedRows(
  scope: FilterScope,
  where: Compiled,
  input: PageInput,
): Promise<{ page: Rows; counting: Promise<ShownCounts> }> {
  const page = await rowsAround(where, input);
  return { page, counting: countsOfPage(scope, where, page) };
}

/** Why there are no rows. An address of older events outlives them: then there are rows, but none so old any more. */
async function kindOfEmpty(
  where: Compiled,
  { filter, older }: PageInput,
  rows: number,
  cutoff: string | null,
): Promise<AuditPageData["emptyKind"]> {
  if (filter.until && cutoff !== null && filter.until < cutoff) return "older-than-retention";
  if (rows === 0 && placeOf(older)) {
    const newest = await eventsPage({ where, limit: 1, cursor: null, direction: "older" });
    if (newest.rows.length > 0) return "older-than-retention";
  }
  return isEmptyFilter(filter) ? "nothing-yet" : "no-match";
}

interface Rows {
  rows: EventRecordRow[];
  hasNewer: boolean;
  hasOlder: boolean;
  /** Where a search was cut by its deadline; the next page goes on there. */
  cut?: { place: Place; isBack: boolean } | null;
}

async function rowsAround(where: Compiled, input: PageInput): Promise<Rows> {
  const limit = rowsPerPage;
  const newer = placeOf(input.newer);
  if (newer) {
    const page = await eventsPage({ where, limit, cursor: newer, direction: "newer" });
    const cut = page.searchedTo ? { place: page.searchedTo, isBack: false } : null;
    // Short of a page the newest one is meant.
    if (page.rows.length === limit || cut)
      return { rows: page.rows, hasNewer: page.more || cut !== null, hasOlder: page.rows.length > 0, cut };
  }
  const older: Place | null = newer ? null : placeOf(input.older);
  const moment = newer || older ? null : placeAfter(input.at);
  const [page, hasNewer] = await Promise.all([
    eventsPage({ where, limit, cursor: older ?? moment, direction: "older" }),
    moment ? isAnyAfter(where, moment) : older !== null,
  ]);
  const cut = page.searchedTo ? { place: page.searchedTo, isBack: true } : null;
  return { rows: page.rows, hasNewer, hasOlder: page.more || cut !== null, cut };
}

async function isAnyAfter(where: Compiled, cursor: Place): Promise<boolean> {
  const page = await eventsPage({ where, limit: 1, cursor, direction: "newer" });
  return page.rows.length > 0 || page.searchedTo !== undefined;
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
