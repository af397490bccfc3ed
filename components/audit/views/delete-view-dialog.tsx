"use client";
import { useId, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import type { FormAction } from "@/components/forms/action-result";
import { mintAttemptId } from "@/components/forms/attempt-id";
import { SubmitButton } from "@/components/forms/submit-button";
import { Button } from "@/components/ui/button";
import { Modal } from "@/components/ui/modal";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { AuditPageProps, SavedView } from "../types";
import { ScopeFields } from "./save-view-dialog";

type Props = {
  scope: AuditPageProps["scope"];
  view: SavedView;
  action: FormAction;
  returnFocus: () => HTMLElement | null;
  onClose: () => void;
  onDeleted: (view: SavedView) => void;
};

/** Asks before a view goes: names it, whose it is, and says that the act is recorded. */
export function DeleteViewDialog({ scope, view, action, returnFocus, onClose, onDeleted }: Props) {
  const titleId = useId();
  const [attemptId] = useState(mintAttemptId);
  return (
    <Modal labelledBy={titleId} returnFocus={returnFocus} onClose={onClose}>
      <ActionForm
        action={action}
        attemptId={attemptId}
        onSuccess={() => {
          onClose();
          onDeleted(view);
        }}
      >
        <h2 className="dlg-head [overflow-wrap:anywhere]" id={titleId}>
          Delete the view “<VisibleText text={view.name} />
          ”?
        </h2>
        <div className="dlg-body [overflow-wrap:anywhere]">
          <ScopeFields scope={scope} />
          <input type="hidden" name="id" value={view.id} readOnly />
          {view.isOwn ? null : (
            <p className="mb-2">
              <VisibleText text={view.owner} /> saved it.
            </p>
          )}
          <p>
            {view.shared ? "It goes for all who read this log. " : ""}No event of the log is deleted with it.
          </p>
          <p className="mt-2">This will be recorded in the audit log.</p>
        </div>
        <div className="dlg-foot">
          <Button onClick={onClose}>Cancel</Button>
          <SubmitButton look="danger">Delete view</SubmitButton>
        </div>
      </ActionForm>
    </Modal>
  );
}
