"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useId, useRef, useState } from "react";
import type { ActionResult } from "@/components/forms/action-result";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { describedBy, FieldFrame } from "@/components/forms/field-frame";
import { FormMessage } from "@/components/forms/form-message";
import { Button } from "@/components/ui/button";
import { useToast } from "@/components/ui/toast";
import { fileEndings, maxFileBytes, maxTitle } from "@/lib/features/data-sources/schemas";
import { addFileSourceAction } from "./actions";
import { type Sending, sendFile } from "./send-file";
import { sizeInWords } from "./sizes";

type State =
  | { kind: "idle" }
  | { kind: "sending"; sent: number; total: number }
  | { kind: "adding" }
  | { kind: "failed"; message: string };

/** Sends a file, with its progress and a way to stop it, and makes a source of it. */
export function UploadForm({ guru }: { guru: string }) {
  const [state, setState] = useState<State>({ kind: "idle" });
  const sending = useRef<Sending | null>(null);
  const toast = useToast();
  const router = useRouter();
  const fileId = useId();
  const titleId = useId();
  const busy = state.kind === "sending" || state.kind === "adding";
  const hint = `${fileEndings.join(", ")}; at most 100 MB, as UTF-8.`;
  const titleHint = "Empty: the file’s name.";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (busy) return;
    const fields = new FormData(form);
    const file = fields.get("file");
    const problem = problemOf(file);
    if (problem || !(file instanceof File))
      return setState({ kind: "failed", message: problem ?? "Choose a file." });
    setState({ kind: "sending", sent: 0, total: file.size });
    sending.current = sendFile(guru, file, (sent) => setState({ kind: "sending", sent, total: file.size }));
    const sent = await sending.current.done;
    sending.current = null;
    if (!sent.ok) return setState({ kind: "failed", message: sent.message });
    setState({ kind: "adding" });
    const added = await add(guru, sent.file.id, String(fields.get("shownAs") ?? ""));
    if (!added.ok) return setState({ kind: "failed", message: added.message });
    setState({ kind: "idle" });
    if (added.message) toast(added.message);
    form.reset();
    router.refresh();
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="max-w-[720px]" aria-label="Upload">
      {state.kind === "failed" ? <FormMessage>{state.message}</FormMessage> : null}
      <FieldFrame id={fileId} label="File" hint={hint} errors={[]}>
        <input
          id={fileId}
          name="file"
          type="file"
          accept={fileEndings.join(",")}
          className="input"
          disabled={busy}
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
          aria-describedby={describedBy(titleId, titleHint, [])}
        />
      </FieldFrame>
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" aria-disabled={busy || undefined}>
          {busy ? <span className="spinner" aria-hidden="true" /> : null}
          Upload file
        </Button>
        {state.kind === "sending" ? (
          <>
            <progress
              className="h-1.5 w-40 [accent-color:var(--accent)]"
              value={state.sent}
              max={Math.max(1, state.total)}
              aria-label="Upload"
            />
            <span className="num text-fg-2 text-sm">
              {sizeInWords(state.sent)} of {sizeInWords(state.total)}
            </span>
            <Button look="quiet" onClick={() => sending.current?.cancel()}>
              Cancel
            </Button>
          </>
        ) : null}
        {state.kind === "adding" ? <span className="text-fg-2 text-sm">Adding it</span> : null}
      </div>
    </form>
  );
}

/** Looked at before a byte is sent; the server looks again. */
function problemOf(file: FormDataEntryValue | null): string | null {
  if (!(file instanceof File) || file.name === "") return "Choose a file.";
  if (!fileEndings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    return `Only plain text and Markdown files can be added: ${fileEndings.join(", ")}.`;
  }
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
