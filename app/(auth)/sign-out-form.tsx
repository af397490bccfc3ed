import { randomUUID } from "node:crypto";
import { signOutAction } from "@/app/(app)/sign-out/actions";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";

/** The way out for somebody who is signed in as the wrong person, or waits. */
export function SignOutForm() {
  return (
    <ActionForm action={signOutAction} attemptId={randomUUID()} label="Sign out">
      <SubmitButton look="default" size="lg" wide>
        Sign out
      </SubmitButton>
    </ActionForm>
  );
}
