import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { verifyLogAction } from "./actions";

/** Asks for a verification of the whole log. It goes on in the background, whoever leaves the page. */
export function VerifyForm() {
  return (
    <ActionForm action={verifyLogAction} attemptId={randomUUID()} label="Verify the log">
      <SubmitButton look="primary">Verify now</SubmitButton>
    </ActionForm>
  );
}
