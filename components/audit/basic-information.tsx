"use client";
import Link from "next/link";
import { CopyButton } from "@/components/ui/copy-button";
import { AbsoluteTime, RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { Actor } from "./actor";
import type { AuditEventDetails, AuditRow } from "./types";

type Props = {
  row: AuditRow;
  /** Absent while the details are on their way: what the row knows stands already. */
  event: AuditEventDetails | undefined;
  timeZone: string;
  now: string;
  hrefOf: (id: string) => string;
};

const OUTCOMES = { success: "Success", failure: "Failure", unknown: "Unknown" } as const;
const ACTOR_KINDS = { user: "", api_key: "by API key", system: "", anonymous: "not signed in" } as const;

/** By the parts that are gone: 1 who acted, 2 what was acted upon. */
const ERASED = ["", "Who acted", "What it was about", "Who acted, and what it was about"];

export function BasicInformation({ row, event, timeZone, now, hrefOf }: Props) {
  return (
    <dl className="kv">
      <dt>Timestamp</dt>
      <dd>
        <AbsoluteTime value={row.occurredAt} timeZone={timeZone} precision="milliseconds" />
        <small>
          <RelativeTime value={row.occurredAt} now={now} timeZone={timeZone} />
        </small>
      </dd>
      <dt>User</dt>
      <dd>
        <Actor actor={row.actor} />
        {ACTOR_KINDS[row.actor.type] ? <small>{ACTOR_KINDS[row.actor.type]}</small> : null}
      </dd>
      <dt>IP Address</dt>
      <dd className="mono">{row.ip ?? "-"}</dd>
      <dt>Guru</dt>
      <dd>
        {row.guru ? (
          <>
            <VisibleText text={row.guru.name} />
            <small className="mono">{row.guru.slug}</small>
          </>
        ) : (
          "No guru"
        )}
      </dd>
      <dt>Action</dt>
      <dd className="mono">{row.action}</dd>
      <dt>Operation</dt>
      <dd className="mono">{row.operation}</dd>
      <dt>Object</dt>
      <dd>
        <VisibleText text={row.object} />
        <small>{row.model}</small>
      </dd>
      <dt>Outcome</dt>
      <dd>{OUTCOMES[row.outcome]}</dd>
      {row.erased ? (
        <>
          <dt>Erased</dt>
          <dd>
            {ERASED[Number(row.erased.actor) + 2 * Number(row.erased.subject)]}
            <small>A person was erased. That it happened still stands, and verifies.</small>
          </dd>
        </>
      ) : null}
      <dt>Event</dt>
      <dd className="event-id">
        <span className="mono">{row.id}</span>
        <CopyButton text={row.id} label="Copy event id" className="copy" />
      </dd>
      {event?.cause ? (
        <>
          <dt>Caused by</dt>
          <dd>
            <Link className="link mono" href={hrefOf(event.cause)} prefetch={false} scroll={false} replace>
              {event.cause}
            </Link>
          </dd>
        </>
      ) : null}
    </dl>
  );
}
