import type { ExportStatus } from "./types";

const STATES = new Set(["pending", "running", "done", "failed", "cancelled"]);

/** Reads the progress; null when there is no usable answer. */
export async function readExportStatus(url: string, signal: AbortSignal): Promise<ExportStatus | null> {
  try {
    const response = await fetch(url, { signal, cache: "no-store", headers: { accept: "application/json" } });
    if (!response.ok) return null;
    const body: unknown = await response.json();
    return isStatus(body) ? body : null;
  } catch (error) {
    // A network that fails, an answer that is no JSON, or the panel gone: the next second asks again.
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)
      return null;
    throw error;
  }
}

function isStatus(body: unknown): body is ExportStatus {
  if (typeof body !== "object" || body === null) return false;
  const { state, rowsSent } = body as Partial<ExportStatus>;
  return typeof state === "string" && STATES.has(state) && typeof rowsSent === "number";
}

export function isOver(status: ExportStatus): boolean {
  return status.state === "done" || status.state === "failed" || status.state === "cancelled";
}

/** The state in words, with counts. */
export function exportText(status: ExportStatus): string {
  const sent = status.rowsSent.toLocaleString("en-US");
  if (status.state === "pending") return "Waiting for the download to begin";
  if (status.state === "running") {
    return status.rowsExpected === null
      ? `${sent} events`
      : `${sent} of ${status.rowsExpected.toLocaleString("en-US")} events`;
  }
  if (status.state === "done")
    return `Done: ${sent} ${status.rowsSent === 1 ? "event" : "events"}, ${size(status.bytes)}`;
  const after = status.rowsSent > 0 ? ` after ${sent} events. The file is not complete` : "";
  return status.state === "cancelled" ? `Cancelled${after}.` : `Failed${after}. Export again.`;
}

/** What a verifiable file lacks, in words; empty when it lacks nothing. */
export function leftOutText({ state, format, notYetSealed = 0 }: ExportStatus): string {
  if (state !== "done" || format !== "zip" || notYetSealed === 0) return "";
  const events = `${notYetSealed.toLocaleString("en-US")} ${notYetSealed === 1 ? "event was" : "events were"}`;
  return `${events} not sealed yet and left out. Export again to have ${notYetSealed === 1 ? "it" : "them"}.`;
}

function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
