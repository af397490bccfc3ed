"use client";
import { type FormEvent, useId, useRef, useState } from "react";
import { describedBy, FieldFrame } from "@/components/forms/field-frame";
import { FormMessage } from "@/components/forms/form-message";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/hydrated";
import { maxWorkbookBytes } from "@/lib/access/workbook-size";
import type { SheetOutline } from "@/lib/features/excel-jobs/schemas";
import { type Sending, sendFile } from "../data-sources/send-file";
import { UploadProgress, type UploadStep } from "../data-sources/upload-progress";
import { ChooseColumns } from "./choose-columns";
import { readSheets } from "./look-into";

interface Workbook {
  uploadId: string;
  fileName: string;
  sheets: SheetOutline[];
}

/** Takes a workbook in, then asks where its questions stand and where the answers go. */
export function NewJob({ guru }: { guru: string }) {
  const [workbook, setWorkbook] = useState<Workbook | null>(null);
  const [step, setStep] = useState<UploadStep | "reading" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const isHydrated = useHydrated();
  const sending = useRef<Sending | null>(null);
  const fileId = useId();
  const hint = "An .xlsx workbook of at most 20 MB, without macros and without a password.";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (step !== null) return;
    const file = new FormData(event.currentTarget).get("file");
    if (!(file instanceof File) || file.name === "") return setProblem("Choose a workbook.");
    setProblem(null);
    try {
      setProblem(await takeIn(file));
    } finally {
      setStep(null);
    }
  }

  /** @returns what went wrong, or null */
  async function takeIn(file: File): Promise<string | null> {
    if (!file.name.toLowerCase().endsWith(".xlsx"))
      return "An Excel job takes .xlsx workbooks alone. Save older ones, and those with macros, as .xlsx.";
    if (file.size > maxWorkbookBytes)
      return "A workbook of an Excel job has at most 20 MB. Split it, or leave out pictures.";
    const about = { name: file.name, number: 1, of: 1, total: file.size };
    setStep({ ...about, sent: 0 });
    sending.current = sendFile(guru, file, (sent) => setStep({ ...about, sent }), "excel-job");
    const sent = await sending.current.done;
    sending.current = null;
    if (!sent.ok) return sent.message;
    setStep("reading");
    const read = await readSheets(guru, sent.file.id);
    if (!read.ok) return read.message;
    if (read.value.sheets.length === 0) return "This workbook has no sheet with cells. Choose another one.";
    setWorkbook({ uploadId: sent.file.id, ...read.value });
    return null;
  }

  if (workbook) return <ChooseColumns guru={guru} workbook={workbook} onBack={() => setWorkbook(null)} />;
  return (
    <form onSubmit={(event) => void submit(event)} className="max-w-[720px]" aria-label="Answer a workbook">
      <noscript>
        <FormMessage tone="info">Uploading a file needs JavaScript.</FormMessage>
      </noscript>
      {problem ? <FormMessage>{problem}</FormMessage> : null}
      <FieldFrame id={fileId} label="Workbook" hint={hint} errors={[]}>
        <input
          id={fileId}
          name="file"
          type="file"
          accept=".xlsx"
          className="input"
          disabled={step !== null}
          aria-describedby={describedBy(fileId, hint, [])}
        />
      </FieldFrame>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          look="primary"
          disabled={!isHydrated}
          aria-disabled={step !== null || undefined}
        >
          {step !== null ? <span className="spinner" aria-hidden="true" /> : null}
          Upload workbook
        </Button>
        {step === "reading" ? (
          <span className="text-fg-2 text-sm" role="status">
            Reading its sheets
          </span>
        ) : null}
        {step !== null && step !== "reading" ? (
          <UploadProgress step={step} onCancel={() => sending.current?.cancel()} />
        ) : null}
      </div>
    </form>
  );
}
