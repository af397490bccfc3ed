"use client";
import { DetailsSheet } from "./details-sheet";
import type { AuditEventDetails, AuditRow } from "./types";
import type { useEventAddress } from "./use-event-address";

type Props = {
  rows: AuditRow[];
  event: AuditEventDetails | null | undefined;
  address: ReturnType<typeof useEventAddress>;
  timeZone: string;
  now: string;
  /** In a guru's log, that guru. */
  guruSlug: string | undefined;
  /** In one's own part of the log, which comes without proofs: those are for who reads the whole. */
  isOwnActivity?: boolean;
};

/** Joins the details sheet to the rows of the page: its neighbours, and where focus goes back to. */
export function EventSheet({ rows, event, address, timeZone, now, guruSlug, isOwnActivity = false }: Props) {
  const id = address.shownId ?? "";
  const at = rows.findIndex((row) => row.id === id);
  const known = event?.id === id;
  const missing = event === null && at < 0;
  const neighbour = (by: 1 | -1) => (at < 0 ? undefined : rows[at + by]?.id);
  const link = typeof location === "undefined" ? "" : new URL(address.hrefOf(id), location.origin).href;
  return (
    <DetailsSheet
      row={rows[at] ?? null}
      event={known ? event : missing ? null : undefined}
      timeZone={timeZone}
      now={now}
      previousId={neighbour(-1)}
      nextId={neighbour(1)}
      link={link}
      guruSlug={guruSlug}
      hasProof={!isOwnActivity}
      hrefOf={address.hrefOf}
      onStep={address.step}
      onClose={address.close}
      returnFocus={() =>
        document.querySelector<HTMLElement>(`tr[data-event-id="${CSS.escape(id)}"] td.c-det button`)
      }
    />
  );
}
