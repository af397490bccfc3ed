"use client";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback, useRef, useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { AbsoluteTime } from "@/components/ui/time";
import { AuditEmpty } from "./audit-empty";
import { AuditFooter } from "./audit-footer";
import { AuditHead } from "./audit-head";
import { AuditTable } from "./audit-table";
import { ActivityChart } from "./chart/activity-chart";
import { ChartFailed, ChartWaiting } from "./chart/chart-stand-ins";
import { DAY_MS, dayStartMs } from "./chart/days";
import { Counted } from "./counted";
import { EventSheet } from "./event-sheet";
import { ExportMenu } from "./export-menu";
import { ExportProgress } from "./export-progress";
import { useFacetLookup } from "./facet-lookup";
import { FilterBar } from "./filter-bar";
import { FilterChips } from "./filter-chips";
import { useFilterDraft } from "./filter-draft";
import { EMPTY_FILTER, FACET_KEYS, isEmptyFilter } from "./filter-url";
import { GoToDate } from "./go-to-date";
import { NewerNotice } from "./newer/newer-notice";
import { SearchedTo } from "./searched-to";
import type { AuditPageProps } from "./types";
import { useCounting } from "./use-counting";
import { useEventAddress } from "./use-event-address";
import { useExport } from "./use-export";
import { useViewAddress } from "./views/use-view-address";
import { ViewsMenu } from "./views/views-menu";

const GURU_KEYS = FACET_KEYS.filter((key) => key !== "guru");
/** Stands for an event that the address names and the log does not have. */
const NO_SUCH_EVENT = "-";

/** The audit log, of a guru or of everything. Shows what it is given; every change of it is a new address. */
export function AuditPage(props: AuditPageProps) {
  const { scope, rows, counts, applied, timeZone, now, event } = props;
  const router = useRouter();
  const [loading, startLoading] = useTransition();
  const filter = useFilterDraft(applied);
  const search = useRef<HTMLInputElement>(null);
  const openId = event === undefined ? null : (event?.id ?? NO_SUCH_EVENT);
  const address = useEventAddress(openId);
  const exporting = useExport(props);
  const at = useSearchParams().get("at");
  const lookup = useFacetLookup(props);
  const { counting, before, onEnd } = useCounting(counts);
  const total = counting?.found?.total ?? null;
  const firstOrdinal = counting?.found?.first ?? null;

  const go = useCallback(
    (href: string) => startLoading(() => router.push(href, { scroll: false })),
    [router],
  );
  const refresh = () => startLoading(() => router.refresh());
  const views = useViewAddress(props, go, refresh);
  const reset = () => {
    filter.reset();
    go(views.hrefOf(EMPTY_FILTER, null));
  };
  const menu = {
    total,
    filtered: !isEmptyFilter(applied),
    busy: exporting.busy,
    onExport: exporting.start,
  };

  return (
    <div className="audit">
      {props.loggingOffSince ? (
        <Banner tone="warning">
          Audit logging has been off since{" "}
          <AbsoluteTime value={props.loggingOffSince} timeZone={timeZone} precision="minutes" />. What was
          recorded before stays readable; nothing new is recorded. Set{" "}
          <code className="mono">SOURCEBOT_EE_AUDIT_LOGGING_ENABLED</code> to true and start again to switch
          it on.
        </Banner>
      ) : null}
      {views.isUnknown ? (
        <Banner>
          The view of this address does not exist any more, or is not shared with you. Its filter stands in
          the address and is applied all the same.
        </Banner>
      ) : null}
      <AuditHead
        counting={counting}
        filtered={!isEmptyFilter(applied)}
        isGlobal={scope.kind === "global"}
        views={
          <ViewsMenu
            {...views.menu}
            scope={scope}
            applied={applied}
            pending={filter.pending}
            timeZone={timeZone}
            nowMs={Date.parse(now)}
            saveViewAction={props.saveViewAction}
            deleteViewAction={props.deleteViewAction}
          />
        }
      >
        <ExportMenu {...menu} />
      </AuditHead>
      <FilterBar
        filter={filter}
        lookup={lookup}
        keys={scope.kind === "global" ? FACET_KEYS : GURU_KEYS}
        timeZone={timeZone}
        now={now}
        searchRef={search}
        exporting={menu}
        onApply={() => go(views.hrefOf(filter.draft))}
        onReset={reset}
      />
      <FilterChips filter={filter} facets={lookup.facets} timeZone={timeZone} />
      <Counted
        counts={counts}
        waiting={
          before ? <ActivityChart histogram={before.histogram} filter={filter} dim /> : <ChartWaiting />
        }
        failed={<ChartFailed onRetry={refresh} />}
        onEnd={onEnd}
      >
        {({ histogram }) => <ActivityChart histogram={histogram} filter={filter} dim={loading} />}
      </Counted>
      <NewerNotice
        scope={scope}
        applied={applied}
        newestPlace={props.newestPlace}
        newestHref={props.cursors.newer === undefined ? null : views.hrefOf(applied)}
        onShow={() => (views.isNewestAddress ? refresh() : go(views.hrefOf(applied)))}
      />
      <AuditTable
        rows={rows}
        global={scope.kind === "global"}
        selectedId={address.shownId}
        dim={loading}
        timeZone={timeZone}
        now={now}
        onOpen={address.open}
      />
      {props.searchedTo ? (
        <SearchedTo
          {...props.searchedTo}
          href={views.keptIn(props.cursors)[props.searchedTo.isBack ? "older" : "newer"]}
          isEmpty={rows.length === 0}
          timeZone={timeZone}
          onGo={go}
        />
      ) : null}
      {rows.length === 0 && props.searchedTo ? null : rows.length === 0 ? (
        <AuditEmpty
          kind={props.emptyKind ?? (isEmptyFilter(applied) ? "nothing-yet" : "no-match")}
          applied={applied}
          at={at}
          timeZone={timeZone}
          retentionDays={props.retentionDays}
          onNewest={() => go(views.hrefOf(applied))}
          onReset={reset}
          onEditSearch={() => search.current?.focus()}
        />
      ) : (
        <AuditFooter
          waiting={counting === null}
          total={total}
          range={{
            ...props.range,
            first: firstOrdinal,
            last: firstOrdinal === null ? null : firstOrdinal + rows.length - 1,
          }}
          cursors={views.keptIn(props.cursors)}
          timeZone={timeZone}
          onGo={go}
        >
          <GoToDate
            timeZone={timeZone}
            keptFromMs={keptFromMs(props)}
            newest={props.range.newest}
            onGo={(at) => go(views.hrefOf(applied, undefined, { at }))}
          />
        </AuditFooter>
      )}
      {address.shownId === null ? null : (
        <EventSheet
          rows={rows}
          event={event}
          address={address}
          timeZone={timeZone}
          now={now}
          guruSlug={scope.kind === "guru" ? scope.slug : undefined}
        />
      )}
      {exporting.shown ? (
        <ExportProgress
          key={exporting.shown.id}
          id={exporting.shown.id}
          fileName={exporting.shown.fileName}
          rowsExpected={exporting.shown.rowsExpected}
          statusUrl={`/exports/${encodeURIComponent(exporting.shown.id)}/status`}
          manifestUrl={`/exports/${encodeURIComponent(exporting.shown.id)}/manifest`}
          initial={exporting.shown.status}
          cancelAction={props.cancelExportAction}
          onDismiss={exporting.dismiss}
          onOver={exporting.over}
        />
      ) : null}
    </div>
  );
}

/** Begin of the first day that may still have events; null when everything is kept. */
function keptFromMs({ retentionDays, now }: AuditPageProps): number | null {
  if (retentionDays === 0) return null;
  return dayStartMs(new Date(Date.parse(now) - retentionDays * DAY_MS).toISOString().slice(0, 10));
}
