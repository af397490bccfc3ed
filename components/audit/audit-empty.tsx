"use client";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { absoluteTime } from "@/components/ui/time-format";
import { visibleString } from "@/components/visible-text/tokens";
import { isEmptyFilter } from "./filter-url";
import { rangeText } from "./range-text";
import type { AppliedFilter, EmptyKind } from "./types";

type Props = {
  kind: EmptyKind;
  applied: AppliedFilter;
  /** The moment that the address leads to. */
  at: string | null;
  timeZone: string;
  retentionDays: number;
  onNewest: () => void;
  onReset: () => void;
  onEditSearch: () => void;
};

/** The reasons for an empty table, and what to do about each. */
export function AuditEmpty(props: Props) {
  const { kind, applied, at, timeZone, retentionDays, onReset, onEditSearch } = props;
  if (at !== null) {
    return (
      <EmptyState
        title="Nothing up to that moment"
        art={<EmptyLines />}
        actions={<Button onClick={props.onNewest}>Show the newest</Button>}
      >
        The log has no event of {absoluteTime(at, timeZone, "minutes")} or before
        {isEmptyFilter(applied) ? "" : " that matches these filters"}.
        {retentionDays > 0 ? ` Events are kept for ${retentionDays} days.` : ""}
      </EmptyState>
    );
  }
  if (kind === "nothing-yet") {
    return (
      <EmptyState title="Nothing recorded yet" art={<EmptyLines />}>
        Signing in, changing settings, adding sources: every act of a person or of the system will appear here
        as it happens.
      </EmptyState>
    );
  }
  const reset = <Button onClick={onReset}>Reset</Button>;
  if (kind === "older-than-retention") {
    return (
      <EmptyState title="Older than what is kept" art={<EmptyLines />} actions={reset}>
        Events are kept for {retentionDays} days. All of the time range that you chose lies before that, so
        its events are gone. Choose a later range.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No events match these filters"
      art={<EmptyLines magnifier />}
      actions={
        <>
          {reset}
          {applied.q ? (
            <Button look="quiet" onClick={onEditSearch}>
              Edit search
            </Button>
          ) : null}
        </>
      }
    >
      {noMatchText(applied, timeZone)}
    </EmptyState>
  );
}

function noMatchText(applied: AppliedFilter, timeZone: string): string {
  const range = rangeText(applied, timeZone);
  const when = range ? ` in the range ${range}` : "";
  const what = applied.q ? `contains “${visibleString(applied.q)}”` : "has all that was chosen";
  return `Nothing recorded${when} ${what}. Reset the filters, or choose others.`;
}

function EmptyLines({ magnifier = false }: { magnifier?: boolean }) {
  return (
    <svg className="empty-art" viewBox="0 0 148 66" fill="none" stroke="currentColor" aria-hidden="true">
      <path d="M.5 11.5h147M.5 33.5h147M.5 55.5h147" strokeDasharray="3 4" opacity=".75" />
      {magnifier ? (
        <>
          <circle cx="74" cy="33" r="25" className="empty-gap" />
          <circle cx="71" cy="30" r="15.5" className="empty-glass" />
          <path d="m82.5 41.5 10 10" className="empty-glass" strokeLinecap="round" />
        </>
      ) : null}
    </svg>
  );
}
