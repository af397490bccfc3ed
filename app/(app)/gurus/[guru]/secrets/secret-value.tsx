"use client";
import { useContext, useId, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { readSecretAction } from "./actions";

/** A masked value, and the button that has it shown; that is recorded first. Hiding forgets it again. */
export function SecretValue({
  guru,
  id,
  name,
  attemptId,
}: {
  guru: string;
  id: string;
  name: string;
  attemptId: string;
}) {
  const [attempt, setAttempt] = useState(attemptId);
  // Another form: the one before holds the value in its state.
  const [form, setForm] = useState(0);
  return (
    <ActionForm
      key={form}
      action={readSecretAction}
      attemptId={attempt}
      onAnswered={setAttempt}
      label={`Value of ${name}`}
      alwaysSayMessage
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="id" value={id} readOnly />
      <Shown name={name} wasHidden={form > 0} hide={() => setForm(form + 1)} />
    </ActionForm>
  );
}

/** The button that was pressed goes away each time: the other one gets the focus, so that keyboards keep their place. */
function Shown({ name, wasHidden, hide }: { name: string; wasHidden: boolean; hide: () => void }) {
  const result = useContext(FormStateContext);
  const note = useId();
  if (!result?.ok)
    return (
      <div className="flex items-center gap-2">
        <span className="mono text-fg-3" aria-hidden="true">
          ••••••••
        </span>
        <SubmitButton
          look="quiet"
          pendingText="Revealing"
          aria-label={`Reveal ${name}`}
          autoFocus={wasHidden}
        >
          Reveal
        </SubmitButton>
      </div>
    );
  const read = result.value as { secretValue: string } | null;
  return (
    <div className="flex max-w-[360px] flex-wrap items-center gap-x-2 gap-y-1.5 py-1">
      {read ? (
        <>
          <input
            readOnly
            value={read.secretValue}
            aria-label={`Value of ${name}`}
            aria-describedby={note}
            className="input mono min-w-0 flex-1 basis-44"
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={read.secretValue} label="Copy to clipboard" shown="Copy" className="h-9" />
        </>
      ) : (
        <FormMessage tone="info">This was shown before. Hide it and reveal it again.</FormMessage>
      )}
      <Button onClick={hide} aria-label={`Hide ${name}`} className="h-9" autoFocus>
        Hide
      </Button>
      {read ? (
        <p className="basis-full text-fg-3 text-xs" id={note}>
          That you had it shown is in the audit log.
        </p>
      ) : null}
    </div>
  );
}
