"use client";
import { Button } from "@/components/ui/button";
import { DropdownMenu, DropdownMenuItem, DropdownMenuNote } from "@/components/ui/dropdown-menu";
import { Icon } from "@/components/ui/icon";
import { totalText } from "./total-text";
import type { AuditTotal, ExportFormat } from "./types";

export type ExportMenuProps = {
  /** Null when it is not known. */
  total: AuditTotal | null;
  filtered: boolean;
  /** While an export of this person runs, another cannot begin. */
  busy: boolean;
  onExport: (format: ExportFormat) => void;
};

const FORMATS: { format: ExportFormat; label: string }[] = [
  { format: "csv", label: "CSV" },
  { format: "xlsx", label: "Excel (XLSX)" },
  { format: "json", label: "JSON" },
  { format: "zip", label: "Verifiable (ZIP)" },
];

export function ExportMenu({ total, filtered, busy, onExport }: ExportMenuProps) {
  const nothing = total?.count === 0;
  if (nothing || busy) {
    const why = busy ? "An export is running" : "There is nothing to export";
    return (
      <Button aria-disabled="true" title={why}>
        <Icon name="download" />
        Export
      </Button>
    );
  }
  return (
    <DropdownMenu
      trigger={
        <Button>
          <Icon name="download" />
          Export
        </Button>
      }
    >
      {FORMATS.map(({ format, label }) => (
        <DropdownMenuItem key={format} onSelect={() => onExport(format)}>
          {label}
        </DropdownMenuItem>
      ))}
      <DropdownMenuNote>
        {total ? `${totalText(total)} ${total.count === 1 ? "event" : "events"}` : "All events"}
        {filtered ? " with the applied filter" : ""}, times in UTC. The export is recorded. A signed manifest
        goes with the file; the verifiable one also has the proof of each event and the verifier.
      </DropdownMenuNote>
    </DropdownMenu>
  );
}
