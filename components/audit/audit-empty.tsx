"use client";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { visibleString } from "@/components/visible-text/tokens";
import { rangeText } from "./range-text";
import type { AppliedFilter, EmptyKind } from "./types";

type Props = {
  kind: EmptyKind;
  applied: AppliedFilter;
  timeZone: string;
  retentionDays: number;
  onReset: () => void;
  onEditSearch: () => void;
};

/** Three reasons for an empty table, and what to do about each. */
export function AuditEmpty({ kind, applied, timeZone, retentionDays, onReset, onEditSearch }: Props) {
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
  const dashes = magnifier
    ? "M2 8h61M86 8h60M2 33h46M100 33h46M2 58h61M88 58h58"
    : "M2 8h144M2 33h144M2 58h144";
  return (
    <svg className="empty-art" viewBox="0 0 148 66" fill="none" stroke="currentColor" aria-hidden="true">
      <path d={dashes} strokeDasharray="4 4" />
      {magnifier ? (
        <>
          <circle cx="72" cy="27" r="15.5" strokeWidth="1.5" />
          <path d="m83.5 38.5 11 11" strokeWidth="1.5" strokeLinecap="round" />
        </>
      ) : null}
    </svg>
  );
}
