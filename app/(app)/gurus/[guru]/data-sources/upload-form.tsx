"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useRef, useState } from "react";
import type { ActionResult } from "@/components/forms/action-result";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { describedBy, FieldFrame } from "@/components/forms/field-frame";
import { FormMessage } from "@/components/forms/form-message";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/hydrated";
import { useToast } from "@/components/ui/toast";
import { fileEndings, maxFileBytes, maxTitle, wrongEnding } from "@/lib/features/data-sources/schemas";
import { addFileSourceAction } from "./actions";
import { type Sending, sendFile } from "./send-file";
import { UploadProgress, type UploadStep } from "./upload-progress";

/** Files that are chosen at once. */
const maxFiles = 50;
const unanswered =
  "The server did not answer. Reload this page to see whether the source is there; if not, upload the file again.";

/** Sends files one after the other, with their progress and a way to stop, and makes a source of each. */
export function UploadForm({ guru }: { guru: string }) {
  const [step, setStep] = useState<UploadStep | null>(null);
  const [problems, setProblems] = useState<string[]>([]);
  const [several, setSeveral] = useState(false);
  const isHydrated = useHydrated();
  const sending = useRef<Sending | null>(null);
  const cancelled = useRef(false);
  const toast = useToast();
  const router = useRouter();
  const fileId = useId();
  const titleId = useId();
  const busy = step !== null;
  const hint = `At most 100 MB each, text as UTF-8: ${fileEndings.join(", ")}`;
  const titleHint = several ? "Several files are shown by their names." : "Empty: the file’s name.";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy) return;
    const fields = new FormData(form);
    const files = fields
      .getAll("file")
      .filter((file): file is File => file instanceof File && file.name !== "");
    if (files.length === 0) return setProblems(["Choose a file."]);
    if (files.length > maxFiles) return setProblems([`Choose at most ${maxFiles} files at a time.`]);
    cancelled.current = false;
    const failed: string[] = [];
    const title = files.length === 1 ? String(fields.get("shownAs") ?? "") : "";
    try {
      for (const [index, file] of files.entries()) {
        const problem = cancelled.current
          ? "Not uploaded."
          : await uploadOne(file, title, index + 1, files.length).catch(() => unanswered);
        if (problem !== null) failed.push(files.length === 1 ? problem : `${file.name}: ${problem}`);
      }
    } finally {
      setStep(null);
    }
    setProblems([...new Set(failed)]);
    if (failed.length === 0) {
      form.reset();
      setSeveral(false);
    }
    if (failed.length < files.length) router.refresh();
  }

  /** @returns what went wrong, or null */
  async function uploadOne(file: File, title: string, number: number, of: number): Promise<string | null> {
    const problem = problemOf(file);
    if (problem !== null) return problem;
    const about = { name: file.name, number, of, total: file.size };
    setStep({ ...about, sent: 0 });
    sending.current = sendFile(guru, file, (sent) => setStep({ ...about, sent }));
    const sent = await sending.current.done;
    sending.current = null;
    if (!sent.ok) return sent.message;
    setStep({ ...about, sent: null });
    const added = await add(guru, sent.file.id, title);
    if (!added.ok) return added.message;
    if (added.message) toast(added.message);
    return null;
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="max-w-[720px]" aria-label="Upload">
      <noscript>
        <FormMessage tone="info">Uploading a file needs JavaScript.</FormMessage>
      </noscript>
      {problems.length > 0 ? (
        <FormMessage>
          {problems.map((problem) => (
            <span key={problem} className="block [overflow-wrap:anywhere]">
              {problem}
            </span>
          ))}
        </FormMessage>
      ) : null}
      <FieldFrame id={fileId} label="File" hint={hint} errors={[]}>
        <input
          id={fileId}
          name="file"
          type="file"
          multiple
          accept={fileEndings.join(",")}
          className="input"
          disabled={busy}
          onChange={(event) => setSeveral((event.currentTarget.files?.length ?? 0) > 1)}
          aria-describedby={describedBy(fileId, hint, [])}
        />
      </FieldFrame>
      <FieldFrame id={titleId} label="Shown as" hint={titleHint} errors={[]} optional>
        <input
          id={titleId}
          name="shownAs"
          className="input"
          maxLength={maxTitle}
          autoComplete="off"
          disabled={several}
          aria-describedby={describedBy(titleId, titleHint, [])}
        />
      </FieldFrame>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" disabled={!isHydrated} aria-disabled={busy || undefined}>
          {busy ? <span className="spinner" aria-hidden="true" /> : null}
          Upload file
        </Button>
        {step ? (
          <UploadProgress
            step={step}
            onCancel={() => {
              cancelled.current = true;
              sending.current?.cancel();
            }}
          />
        ) : null}
      </div>
    </form>
  );
}

/** Looked at before a byte is sent; the server looks again. */
function problemOf(file: File): string | null {
  if (!fileEndings.some((ending) => file.name.toLowerCase().endsWith(ending))) return wrongEnding;
  if (file.size === 0) return "This file is empty. Choose one with some text in it.";
  return file.size > maxFileBytes
    ? "A file has at most 100 MB. Split it, or leave out what is not text."
    : null;
}

async function add(guru: string, uploadId: string, title: string): Promise<ActionResult> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ guru, uploadId, title, attemptId: mintAttemptId() }))
    form.set(name, value);
  return addFileSourceAction(null, form);
}
