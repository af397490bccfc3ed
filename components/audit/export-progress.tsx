"use client";
import { useEffect, useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { Button, IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { exportText, isOver, leftOutText, readExportStatus } from "./export-status";
import type { CancelExportAction, ExportStatus } from "./types";

const POLL_MS = 1_000;
const FAILURES_SHOWN_AFTER = 5;

type Props = {
  id: string;
  fileName: string;
  rowsExpected: number | null;
  /** Where the progress is read, once a second. */
  statusUrl: string;
  /** Where the manifest of the whole file is fetched. */
  manifestUrl: string;
  initial: ExportStatus | null;
  cancelAction: CancelExportAction;
  onDismiss: () => void;
  /** Called once, when there is nothing more to wait for. */
  onOver: () => void;
};

/** A small panel in the corner: how far an export is, Cancel, and the manifest once the file is whole. */
export function ExportProgress({
  id,
  fileName,
  rowsExpected,
  statusUrl,
  manifestUrl,
  initial,
  ...on
}: Props) {
  const [status, setStatus] = useState<ExportStatus>(
    initial ?? { state: "pending", rowsSent: 0, rowsExpected, bytes: 0 },
  );
  const [trouble, setTrouble] = useState("");
  const [cancelling, setCancelling] = useState(false);
  const over = isOver(status);
  const leftOut = leftOutText(status);
  const { cancelAction, onDismiss, onOver } = on;

  useEffect(() => {
    if (over) return;
    const stop = new AbortController();
    let failures = 0;
    const timer = setInterval(async () => {
      const read = await readExportStatus(statusUrl, stop.signal);
      if (stop.signal.aborted) return;
      failures = read ? 0 : failures + 1;
      if (read) setStatus(read);
      setTrouble(
        failures >= FAILURES_SHOWN_AFTER ? "The progress cannot be read. The download may go on." : "",
      );
    }, POLL_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [over, statusUrl]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: said once, whatever function is passed
  useEffect(() => {
    if (over) onOver();
  }, [over]);

  async function cancel() {
    setCancelling(true);
    try {
      const answer = await cancelAction({ id, attemptId: mintAttemptId() });
      setTrouble(answer.ok ? "" : answer.message);
    } catch (error) {
      setTrouble("The server did not answer. Check your connection, then cancel again.");
      console.error(error);
    } finally {
      setCancelling(false);
    }
  }

  return (
    <section className="toast export-panel" aria-label="Export">
      <div className="min-w-0 flex-1">
        <p className="cut font-medium" title={fileName}>
          {fileName}
        </p>
        <p className="num text-fg-2 text-xs" aria-live={over ? "polite" : "off"}>
          {exportText(status)}
        </p>
        {over ? null : (
          <progress
            className="export-bar"
            aria-label={`Progress of ${fileName}`}
            max={status.rowsExpected ?? undefined}
            value={status.rowsExpected === null ? undefined : Math.min(status.rowsSent, status.rowsExpected)}
          />
        )}
        {leftOut ? <p className="text-fg-2 text-xs">{leftOut}</p> : null}
        {trouble ? (
          <p className="text-red-fg text-xs" role="alert">
            {trouble}
          </p>
        ) : null}
      </div>
      {status.state === "done" && status.manifest ? (
        <a
          className="btn"
          href={manifestUrl}
          download
          aria-label={`Manifest of ${fileName}`}
          title="Signed: counts, digest and checkpoint of this file"
        >
          Manifest
        </a>
      ) : null}
      {over ? (
        <IconButton label="Dismiss" onClick={onDismiss}>
          <Icon name="close" />
        </IconButton>
      ) : (
        <Button aria-disabled={cancelling || undefined} onClick={() => void (cancelling || cancel())}>
          {cancelling ? "Cancelling" : "Cancel"}
        </Button>
      )}
    </section>
  );
}
