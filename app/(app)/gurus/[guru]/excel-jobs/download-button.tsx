"use client";
import { useState } from "react";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { Button } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";

/** Has the filled workbook made and saves it; each time is recorded before the file leaves. */
export function DownloadButton({ guru, id, fileName }: { guru: string; id: string; fileName: string }) {
  const [busy, setBusy] = useState(false);
  const toast = useToast();

  async function download() {
    if (busy) return;
    setBusy(true);
    const problem = await saveOutput(guru, id, fileName).catch(
      () => "The server did not answer. Press Download again.",
    );
    setBusy(false);
    if (problem) toast(problem, "bad");
  }

  return (
    <Button look="primary" onClick={() => void download()} aria-disabled={busy || undefined}>
      {busy ? <span className="spinner" aria-hidden="true" /> : null}
      Download workbook
    </Button>
  );
}

/** @returns what went wrong, or null */
async function saveOutput(guru: string, id: string, fileName: string): Promise<string | null> {
  const answer = await fetch(`/excel-jobs/${id}/output`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": mintAttemptId() },
    body: JSON.stringify({ guru }),
  });
  if (!answer.ok) return ((await answer.json()) as { message: string }).message;
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `${fileName.replace(/\.xlsx$/i, "")} (answered).xlsx`;
  link.click();
  // The browser has taken it over by then; kept, it would stay in memory as long as the page.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return null;
}
