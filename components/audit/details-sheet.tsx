"use client";
import { useId } from "react";
import { IconButton } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";
import { Modal } from "@/components/ui/modal";
import { Skeleton } from "@/components/ui/skeleton";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ActionBadges } from "./action-badges";
import { BasicInformation } from "./basic-information";
import { ChangeList } from "./change-list";
import { ContextList, contextOf } from "./context-list";
import { JsonBlock } from "./json-block";
import { ProofFoot } from "./proof-foot";
import { eventSentence } from "./sentence";
import type { AuditEventDetails, AuditRow } from "./types";

type Props = {
  /** What is known from the table; null when the event is not on this page of it, or not at all. */
  row: AuditRow | null;
  /** Undefined while it is on its way; null when there is no such event in this log. */
  event: AuditEventDetails | null | undefined;
  timeZone: string;
  now: string;
  previousId: string | undefined;
  nextId: string | undefined;
  /** The full address of the event, for a colleague. */
  link: string;
  /** In a guru's log, that guru. */
  guruSlug: string | undefined;
  hasProof: boolean;
  hrefOf: (id: string) => string;
  onStep: (id: string) => void;
  onClose: () => void;
  returnFocus: () => HTMLElement | null;
};

/** One event, at an address of its own. */
export function DetailsSheet(props: Props) {
  const { event, timeZone, now, hrefOf, onClose } = props;
  const row = event ?? props.row;
  const titleId = useId();
  const tags = row ? (
    <div className="sh-tags">
      <ActionBadges actionType={row.actionType} outcome={row.outcome} />
      <span className="mono cut">{row.operation}</span>
    </div>
  ) : null;
  return (
    <Modal
      labelledBy={titleId}
      className="sheet"
      onClose={onClose}
      returnFocus={props.returnFocus}
      onKey={(key) => {
        const id = step(key) === 1 ? props.nextId : step(key) === -1 ? props.previousId : undefined;
        if (id !== undefined) props.onStep(id);
        return step(key) !== 0;
      }}
    >
      <header className="sh-top">
        <h2 id={titleId} tabIndex={-1} data-autofocus>
          Audit log details
        </h2>
        {tags ?? <span className="flex-1" />}
        <StepButton label="Previous event" icon="arrow-up" id={props.previousId} onStep={props.onStep} />
        <StepButton label="Next event" icon="arrow-down" id={props.nextId} onStep={props.onStep} />
        <span className="vr" />
        <CopyButton text={props.link} label="Copy link" icon="link" />
        <IconButton label="Close" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </header>
      {row ? (
        <div className="sh-body" key={row.id}>
          <div className="sh-sum">
            {tags}
            {event ? <Sentence event={event} /> : <Skeleton className="my-1 h-3.5 w-3/5" />}
          </div>
          <Part title="Basic Information">
            <BasicInformation
              row={row}
              event={event ?? undefined}
              timeZone={timeZone}
              now={now}
              hrefOf={hrefOf}
            />
          </Part>
          {event ? <Recorded event={event} /> : <Waiting />}
        </div>
      ) : (
        <div className="sh-body">
          {event === null ? (
            <p className="sh-sum" role="status">
              There is no such event in this log. It may be older than what is kept, or belong to a log that
              you may not read.
            </p>
          ) : (
            <Waiting />
          )}
        </div>
      )}
      {event && props.hasProof ? (
        <ProofFoot key={event.id} event={event} guruSlug={props.guruSlug} timeZone={timeZone} />
      ) : null}
    </Modal>
  );
}

function Recorded({ event }: { event: AuditEventDetails }) {
  const context = contextOf(event.metadata, event.details);
  return (
    <>
      {event.changes.length > 0 ? (
        <Part title="Field changes" count={event.changes.length}>
          <ChangeList changes={event.changes} />
        </Part>
      ) : null}
      {context.length > 0 ? (
        <Part title="Context" count={context.length}>
          <ContextList context={context} />
        </Part>
      ) : null}
      <Part
        title="Raw JSON"
        actions={<CopyButton text={JSON.stringify(event.raw, null, 2)} label="Copy JSON" />}
      >
        <JsonBlock json={event.raw} />
      </Part>
    </>
  );
}

function Sentence({ event }: { event: AuditEventDetails }) {
  const said = eventSentence(event);
  return (
    <p>
      <b>
        <VisibleText text={said.actor} />
      </b>
      {said.middle}
      {said.object ? (
        <b>
          <VisibleText text={said.object} />
        </b>
      ) : null}
      {said.end}
    </p>
  );
}

type PartProps = { title: string; count?: number; actions?: React.ReactNode; children: React.ReactNode };

function Part({ title, count, actions, children }: PartProps) {
  return (
    <section className="sec">
      <div className="sec-head">
        <h3>{title}</h3>
        {count === undefined ? null : <span className="sec-count">{count}</span>}
        {actions ? <span className="sec-acts">{actions}</span> : null}
      </div>
      {children}
    </section>
  );
}

function Waiting() {
  return (
    <div className="sec grid gap-3" role="status">
      <span className="sr-only">Loading the details</span>
      <Skeleton className="w-1/3" />
      <Skeleton className="w-4/5" />
      <Skeleton className="w-3/5" />
    </div>
  );
}

type StepProps = {
  label: string;
  icon: "arrow-up" | "arrow-down";
  id?: string;
  onStep: (id: string) => void;
};

function StepButton({ label, icon, id, onStep }: StepProps) {
  return (
    <IconButton
      label={label}
      aria-disabled={id === undefined || undefined}
      onClick={() => {
        if (id !== undefined) onStep(id);
      }}
    >
      <Icon name={icon} />
    </IconButton>
  );
}

/** J and the down arrow go on, K and the up arrow back. */
function step(key: string): 1 | -1 | 0 {
  if (key === "j" || key === "J" || key === "ArrowDown") return 1;
  return key === "k" || key === "K" || key === "ArrowUp" ? -1 : 0;
}
