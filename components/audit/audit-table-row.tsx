// biome-ignore-all lint/a11y/noRedundantRoles: the phone's layout drops the roles of the elements
"use client";
import { memo } from "react";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { RelativeTime } from "@/components/ui/time";
import { visibleString } from "@/components/visible-text/tokens";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ActionBadges } from "./action-badges";
import { Actor } from "./actor";
import type { AuditRow } from "./types";

type Props = {
  row: AuditRow;
  global: boolean;
  selected: boolean;
  timeZone: string;
  now: string;
  onOpen: (id: string) => void;
};

/** One event. A click anywhere opens it; the eye is the same for the keyboard. */
export const AuditTableRow = memo(function AuditTableRow({
  row,
  global,
  selected,
  timeZone,
  now,
  onOpen,
}: Props) {
  return (
    <tr
      role="row"
      data-event-id={row.id}
      aria-current={selected || undefined}
      onClick={() => {
        // Marking text to copy it ends in a click too.
        if (window.getSelection()?.toString() === "") onOpen(row.id);
      }}
    >
      <Cell className="c-time">
        <RelativeTime value={row.occurredAt} now={now} timeZone={timeZone} />
      </Cell>
      <Cell className="c-user">
        <Actor actor={row.actor} />
      </Cell>
      <Cell className="c-ip" title={row.ip ?? undefined}>
        {row.ip ?? <span className="none">-</span>}
      </Cell>
      {global ? (
        <Cell className="c-guru" title={row.guru ? visibleString(row.guru.name) : "No guru"}>
          {row.guru ? <VisibleText text={row.guru.name} /> : <span className="none">-</span>}
        </Cell>
      ) : null}
      <Cell className="c-model" title={row.model}>
        {row.model}
      </Cell>
      <Cell className="c-act">
        <ActionBadges actionType={row.actionType} outcome={row.outcome} />
      </Cell>
      <Cell className="c-op" title={row.operation}>
        {row.operation}
      </Cell>
      <Cell className="c-obj" title={visibleString(row.object)}>
        <VisibleText text={row.object} />
      </Cell>
      <Cell className="c-det">
        <IconButton
          label="Details"
          aria-haspopup="dialog"
          onClick={(event) => {
            event.stopPropagation();
            onOpen(row.id);
          }}
        >
          <Icon name="eye" />
        </IconButton>
      </Cell>
    </tr>
  );
});

function Cell({
  className,
  title,
  children,
}: {
  className: string;
  title?: string;
  children: React.ReactNode;
}) {
  return (
    <td role="cell" className={className} title={title}>
      {children}
    </td>
  );
}
