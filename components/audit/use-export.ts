"use client";
import { useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { useToast } from "@/components/ui/toast";
import type { AuditPageProps, ExportFormat, ExportStarted, ExportStatus } from "./types";

export type ShownExport = ExportStarted & { status: ExportStatus | null };

type Props = Pick<AuditPageProps, "scope" | "applied" | "exportAction" | "exportState">;

/** Starts exports and remembers the one that is shown. */
export function useExport({ scope, applied, exportAction, exportState }: Props) {
  const [shown, setShown] = useState<ShownExport | null>(exportState ?? null);
  const [starting, setStarting] = useState(false);
  const [running, setRunning] = useState(exportState !== null && exportState !== undefined);
  const toast = useToast();

  async function start(format: ExportFormat) {
    if (starting || running) return;
    setStarting(true);
    try {
      const answer = await exportAction({
        format,
        filter: applied,
        scope: scope.kind === "global" ? { kind: "global" } : { kind: "guru", slug: scope.slug },
        attemptId: mintAttemptId(),
      });
      if (!answer.ok) {
        toast(answer.message, "bad");
        return;
      }
      setShown({ ...answer.value, status: null });
      setRunning(true);
      download(`/exports/${encodeURIComponent(answer.value.id)}`);
    } catch (error) {
      toast("The server did not answer. Check your connection, then export again.", "bad");
      console.error(error);
    } finally {
      setStarting(false);
    }
  }

  return {
    shown,
    busy: starting || running,
    start: (format: ExportFormat) => void start(format),
    over: () => setRunning(false),
    dismiss: () => setShown(null),
  };
}

/** Hands the address to the browser, which keeps the page and saves the file under the server's name. */
function download(href: string): void {
  const link = document.createElement("a");
  link.href = href;
  link.download = "";
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
