"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { timeSpan } from "@/components/ui/time-format";
import { AuditTable } from "./audit-table";
import { EventSheet } from "./event-sheet";
import { useFilterDraft } from "./filter-draft";
import { EMPTY_FILTER, filterToSearchParams } from "./filter-url";
import { RangeMenu } from "./range-menu";
import type { AuditCursors, AuditEventDetails, AuditRow } from "./types";
import { useEventAddress } from "./use-event-address";

export type ActivityPageProps = {
  rows: AuditRow[];
  /** The range of the address. */
  range: { since?: string | undefined; until?: string | undefined };
  cursors: AuditCursors;
  /** The event of `?event=<id>`; null when it is not one's own. Undefined: no sheet. */
  event: AuditEventDetails | null | undefined;
  timeZone: string;
  now: string;
};

/** A person's own events: the log's table and details, with a range of time and nothing else to filter by. */
export function ActivityPage({ rows, range, cursors, event, timeZone, now }: ActivityPageProps) {
  const router = useRouter();
  const [loading, startLoading] = useTransition();
  const filter = useFilterDraft({ ...EMPTY_FILTER, ...range });
  const address = useEventAddress(event === undefined ? null : (event?.id ?? "-"));
  const isFiltered = range.since !== undefined || range.until !== undefined;
  const go = (href: string) => startLoading(() => router.push(href, { scroll: false }));
  const apply = () => go(`?${filterToSearchParams(filter.draft)}`);
  const reset = () => {
    filter.reset();
    go("?");
  };
  const [newest, oldest] = [rows[0]?.occurredAt, rows.at(-1)?.occurredAt];
  return (
    <div className="audit">
      <div className="audit-head">
        <h1>My activity</h1>
        <span className="text-fg-2 text-sm">
          What you did, what your API keys did, and failed sign-ins on your account.
        </span>
      </div>
      <search className="flex flex-wrap gap-2 px-(--pad) py-2" aria-label="Filter by date">
        <RangeMenu
          range={filter.draft}
          pending={filter.pending}
          timeZone={timeZone}
          now={now}
          onChange={filter.change}
        />
        <Button look="quiet" onClick={reset}>
          Reset
        </Button>
        <Button
          className="apply"
          data-pending={filter.pending}
          aria-disabled={filter.pending ? undefined : true}
          onClick={() => {
            if (filter.pending) apply();
          }}
        >
          Apply
        </Button>
      </search>
      <AuditTable
        rows={rows}
        global
        selectedId={address.shownId}
        dim={loading}
        timeZone={timeZone}
        now={now}
        onOpen={address.open}
      />
      {newest && oldest ? (
        <div className="foot">
          <span className="foot-times">{timeSpan(oldest, newest, timeZone)}</span>
          <nav className="foot-pages ml-auto" aria-label="Pages">
            <PageLink href={cursors.newer} rel="prev">
              <Icon name="chevron-left" />
              Newer
            </PageLink>
            <PageLink href={cursors.older} rel="next">
              Older
              <Icon name="chevron-right" />
            </PageLink>
          </nav>
        </div>
      ) : (
        <EmptyState
          title={isFiltered ? "Nothing in this range" : "Nothing recorded yet"}
          actions={isFiltered ? <Button onClick={reset}>Reset</Button> : undefined}
        >
          {isFiltered
            ? "You did nothing then that is recorded, or it is older than what is kept. Choose another range."
            : "Signing in, changing settings, asking a guru: what you do will appear here as it happens."}
        </EmptyState>
      )}
      {address.shownId === null ? null : (
        <EventSheet
          rows={rows}
          event={event}
          address={address}
          timeZone={timeZone}
          now={now}
          guruSlug={undefined}
          isOwnActivity
        />
      )}
    </div>
  );
}

function PageLink({ href, rel, children }: { href?: string; rel: string; children: React.ReactNode }) {
  if (!href) {
    return (
      // biome-ignore lint/a11y/useValidAnchor: a link without a place to go is the disabled state of a link
      <a className="btn" role="link" aria-disabled="true">
        {children}
      </a>
    );
  }
  return (
    <Link className="btn" href={href} rel={rel} prefetch={false} scroll={false}>
      {children}
    </Link>
  );
}
