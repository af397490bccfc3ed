"use client";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useCallback, useRef, useTransition } from "react";
import { Banner } from "@/components/ui/banner";
import { AbsoluteTime } from "@/components/ui/time";
import { AuditEmpty } from "./audit-empty";
import { AuditFooter } from "./audit-footer";
import { AuditTable } from "./audit-table";
import { EventSheet } from "./event-sheet";
import { ExportMenu } from "./export-menu";
import { ExportProgress } from "./export-progress";
import { FilterBar } from "./filter-bar";
import { FilterChips } from "./filter-chips";
import { useFilterDraft } from "./filter-draft";
import { EMPTY_FILTER, FACET_KEYS, filterToSearchParams, isEmptyFilter } from "./filter-url";
import { totalText } from "./total-text";
import type { AuditPageProps } from "./types";
import { useEventAddress } from "./use-event-address";
import { useExport } from "./use-export";

const GURU_KEYS = FACET_KEYS.filter((key) => key !== "guru");
/** Stands for an event that the address names and the log does not have. */
const NO_SUCH_EVENT = "-";

/** The audit log, of a guru or of everything. Shows what it is given; every change of it is a new address. */
export function AuditPage(props: AuditPageProps) {
  const { scope, rows, total, facets, applied, timeZone, now, event } = props;
  const router = useRouter();
  const pathname = usePathname();
  const [loading, startLoading] = useTransition();
  const filter = useFilterDraft(applied);
  const search = useRef<HTMLInputElement>(null);
  const openId = event === undefined ? null : (event?.id ?? NO_SUCH_EVENT);
  const address = useEventAddress(openId);
  const exporting = useExport(props);

  const go = useCallback(
    (href: string) => startLoading(() => router.push(href, { scroll: false })),
    [router],
  );
  const goToFilter = (to: typeof applied) => {
    const query = filterToSearchParams(to).toString();
    go(query ? `${pathname}?${query}` : pathname);
  };
  const reset = () => {
    filter.reset();
    goToFilter(EMPTY_FILTER);
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
      <div className="audit-head">
        <h1>Audit Logs</h1>
        <span className="audit-total" role="status">
          <b data-testid="audit-total">{totalText(total)}</b>{" "}
          {total.count === 1 && total.exact ? "event" : "events"}
        </span>
        {scope.kind === "global" ? (
          <Link className="link integrity-link" href="/settings/log-integrity" prefetch={false}>
            Log integrity
          </Link>
        ) : null}
        <span className="only-phone ml-auto">
          <ExportMenu {...menu} />
        </span>
      </div>
      <FilterBar
        filter={filter}
        facets={facets}
        keys={scope.kind === "global" ? FACET_KEYS : GURU_KEYS}
        timeZone={timeZone}
        now={now}
        searchRef={search}
        exporting={menu}
        onApply={() => goToFilter(filter.draft)}
        onReset={reset}
      />
      <FilterChips filter={filter} facets={facets} timeZone={timeZone} />
      <AuditTable
        rows={rows}
        global={scope.kind === "global"}
        selectedId={address.shownId}
        dim={loading}
        timeZone={timeZone}
        now={now}
        onOpen={address.open}
      />
      {rows.length === 0 ? (
        <AuditEmpty
          kind={props.emptyKind ?? (isEmptyFilter(applied) ? "nothing-yet" : "no-match")}
          applied={applied}
          timeZone={timeZone}
          retentionDays={props.retentionDays}
          onReset={reset}
          onEditSearch={() => search.current?.focus()}
        />
      ) : (
        <AuditFooter
          total={total}
          range={props.range}
          cursors={props.cursors}
          timeZone={timeZone}
          onGo={go}
        />
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
