// biome-ignore-all lint/a11y/noRedundantRoles: the phone's layout drops the roles of the elements
"use client";
import { useEffect, useRef } from "react";
import { useHotkey } from "@/components/ui/hotkey";
import { AuditTableRow } from "./audit-table-row";
import type { AuditRow } from "./types";

type Props = {
  rows: AuditRow[];
  global: boolean;
  selectedId: string | null;
  /** Whether the rows are about to be replaced. */
  dim: boolean;
  timeZone: string;
  now: string;
  onOpen: (id: string) => void;
};

/** The events. Roles are written out, because the phone's layout drops those of the elements. */
export function AuditTable({ rows, global, selectedId, dim, timeZone, now, onOpen }: Props) {
  const scroll = useRef<HTMLElement>(null);
  const firstId = rows[0]?.id;
  const lastId = rows.at(-1)?.id;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows begin at the top
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
  }, [firstId, lastId]);

  /** Moves focus by rows: 1 down, -1 up. With focus outside the table it starts at the first row. */
  function move(by: 1 | -1) {
    const buttons = [...(scroll.current?.querySelectorAll<HTMLButtonElement>("td.c-det button") ?? [])];
    const row = document.activeElement?.closest("tr");
    const at = row ? buttons.findIndex((each) => row.contains(each)) : -1;
    const next = buttons[at < 0 ? 0 : Math.min(Math.max(at + by, 0), buttons.length - 1)];
    next?.focus({ preventScroll: true });
    next?.closest("tr")?.scrollIntoView({ block: "nearest" });
  }
  useHotkey({ key: "j" }, () => move(1));
  useHotkey({ key: "k" }, () => move(-1));

  return (
    <section
      ref={scroll}
      className={rows.length === 0 ? "scroll is-empty" : "scroll"}
      aria-label="Events, scrollable"
      aria-busy={dim}
      data-dim={dim}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      }}
    >
      <table role="table" aria-label="Audit Logs" className={global ? "audit-table global" : "audit-table"}>
        <colgroup>
          <col className="t" />
          <col className="u" />
          <col className="ip" />
          {global ? <col className="g" /> : null}
          <col className="m" />
          <col className="a" />
          <col className="o" />
          <col />
          <col className="d" />
        </colgroup>
        <thead role="rowgroup">
          <tr role="row">
            <Head>Time</Head>
            <Head>User</Head>
            <Head className="c-ip">IP Address</Head>
            {global ? <Head>Guru</Head> : null}
            <Head className="c-model">Model</Head>
            <Head>Action</Head>
            <Head>Operation</Head>
            <Head>Object</Head>
            <Head>Details</Head>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <AuditTableRow
              key={row.id}
              row={row}
              global={global}
              selected={row.id === selectedId}
              timeZone={timeZone}
              now={now}
              onOpen={onOpen}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Head({ className, children }: { className?: string; children: string }) {
  return (
    <th role="columnheader" scope="col" className={className}>
      {children}
    </th>
  );
}
