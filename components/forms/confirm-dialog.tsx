"use client";
import { type ComponentProps, type ReactNode, useId, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { useKeptFocus } from "@/components/ui/keep-focus";
import { Modal } from "@/components/ui/modal";
import { ActionForm } from "./action-form";
import type { FormAction } from "./action-result";
import { SubmitButton } from "./submit-button";

/**
 * A button that asks before it acts: names the object, says that the act will be recorded and, with
 * `typed`, wants the object's name typed. Hidden values go to the action as fields of the form.
 */
export function ConfirmDialog({
  trigger,
  triggerLook = "default",
  triggerLabel,
  title,
  children,
  confirmText,
  action,
  attemptId,
  hidden = {},
  typed,
  field,
  danger = true,
}: {
  trigger: ReactNode;
  triggerLook?: ComponentProps<typeof Button>["look"];
  /** The accessible name of the trigger, when its words do not name the object. */
  triggerLabel?: string;
  title: string;
  children: ReactNode;
  confirmText: string;
  action: FormAction;
  attemptId: string;
  hidden?: Record<string, string | string[]>;
  /** What must be typed, and the field's label and name. */
  typed?: { label: string; name: string; value: string };
  /** A field of the form, where the act needs one more word. */
  field?: ReactNode;
  danger?: boolean;
}) {
  const [open, setOpen] = useState(false);
  // Kept here: the form goes with the dialog, and an attempt that was answered is over.
  const [attempt, setAttempt] = useState(attemptId);
  const [text, setText] = useState("");
  const opener = useRef<HTMLButtonElement>(null);
  useKeptFocus(opener);
  const titleId = useId();
  const typedId = useId();
  const close = () => {
    setOpen(false);
    setText("");
  };
  return (
    <>
      <Button
        ref={opener}
        look={triggerLook}
        aria-label={triggerLabel}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {trigger}
      </Button>
      {open ? (
        <Modal labelledBy={titleId} onClose={close}>
          <ActionForm
            action={action}
            attemptId={attempt}
            onSuccess={close}
            onAnswered={setAttempt}
            alwaysSayMessage
          >
            <h2 className="dlg-head" id={titleId}>
              {title}
            </h2>
            <div className="dlg-body">
              {children}
              <p className="mt-2">This will be recorded in the audit log.</p>
              {typed ? (
                <div className="mt-4">
                  <label htmlFor={typedId} className="mb-1.5 block font-medium text-fg text-sm">
                    {typed.label}
                  </label>
                  <input
                    id={typedId}
                    name={typed.name}
                    className="input mono"
                    autoComplete="off"
                    spellCheck={false}
                    value={text}
                    onChange={(event) => setText(event.target.value)}
                  />
                </div>
              ) : null}
              {field ? <div className="mt-4">{field}</div> : null}
              {Object.entries(hidden).flatMap(([name, value]) =>
                [value]
                  .flat()
                  .map((each) => <input key={`${name}=${each}`} type="hidden" name={name} value={each} />),
              )}
            </div>
            <div className="dlg-foot">
              <Button onClick={close}>Cancel</Button>
              <SubmitButton
                look={danger ? "danger" : "primary"}
                disabled={typed !== undefined && text !== typed.value}
              >
                {confirmText}
              </SubmitButton>
            </div>
          </ActionForm>
        </Modal>
      ) : null}
    </>
  );
}
