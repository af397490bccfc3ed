"use client";
import { useContext, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { FormMessage } from "@/components/forms/form-message";
import { FormStateContext } from "@/components/forms/form-state";
import { SecretOnce } from "@/components/forms/secret-once";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
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
    <>
      {read ? (
        <SecretOnce
          label={`Value of ${name}`}
          value={read.secretValue}
          note="That you had it shown is in the audit log."
        />
      ) : (
        <FormMessage tone="info">This was shown before. Hide it and reveal it again.</FormMessage>
      )}
      <Button look="quiet" onClick={hide} aria-label={`Hide ${name}`} autoFocus>
        Hide
      </Button>
    </>
  );
}
