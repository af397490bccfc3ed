"use client";
import { useContext, useId, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { FormStateContext } from "@/components/forms/form-state";
import { SecretOnce } from "@/components/forms/secret-once";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { Modal } from "@/components/ui/modal";
import { resetUserPasswordAction } from "./actions";

/** Asks, resets, and shows the new password in the same dialog: closing it is the end of the password here. */
export function ResetPassword({
  accountId,
  email,
  attemptId,
}: {
  accountId: string;
  email: string;
  attemptId: string;
}) {
  const [open, setOpen] = useState(false);
  const [attempt, setAttempt] = useState(attemptId);
  const titleId = useId();
  const close = () => setOpen(false);
  return (
    <>
      <Button aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Reset password
      </Button>
      {open ? (
        <Modal labelledBy={titleId} onClose={close}>
          <ActionForm action={resetUserPasswordAction} attemptId={attempt} onAnswered={setAttempt}>
            <input type="hidden" name="accountId" value={accountId} readOnly />
            <ResetBody titleId={titleId} email={email} onClose={close} />
          </ActionForm>
        </Modal>
      ) : null}
    </>
  );
}

function ResetBody({ titleId, email, onClose }: { titleId: string; email: string; onClose: () => void }) {
  const result = useContext(FormStateContext);
  const made = result?.ok ? (result.value as { password: string } | null) : null;
  if (made)
    return (
      <>
        <h2 className="dlg-head" id={titleId}>
          The password of {email} was reset
        </h2>
        <div className="dlg-body">
          <SecretOnce
            label={`New password of ${email}`}
            value={made.password}
            note="Give it to them now: it is shown only once. They choose their own at the next sign-in."
          />
        </div>
        <div className="dlg-foot">
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </>
    );
  return (
    <>
      <h2 className="dlg-head" id={titleId}>
        Reset the password of {email}?
      </h2>
      <div className="dlg-body">
        {result?.ok ? (
          <p>It was reset before, and the password was shown then. Reset it once more if you lost it.</p>
        ) : (
          <p>They are signed out everywhere and get a new password, which is shown to you once.</p>
        )}
        <p className="mt-2">This will be recorded in the audit log.</p>
      </div>
      <div className="dlg-foot">
        <Button onClick={onClose}>Cancel</Button>
        <SubmitButton look="danger">Reset password</SubmitButton>
      </div>
    </>
  );
}
