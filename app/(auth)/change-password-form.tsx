import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import type { FormAction } from "@/components/forms/action-result";
import { PasswordField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { leastPasswordLength } from "@/lib/features/accounts/schemas";

/** Forced at the first sign-in, free on the profile page. */
export function ChangePasswordForm({
  action,
  email,
  wide = false,
}: {
  action: FormAction;
  email: string;
  wide?: boolean;
}) {
  return (
    <ActionForm action={action} attemptId={randomUUID()} label="Change password">
      {/* So that a password manager knows whose password it is. */}
      <input type="text" autoComplete="username" defaultValue={email} readOnly hidden />
      <PasswordField
        name="currentPassword"
        label="Current password"
        autoComplete="current-password"
        required
      />
      <PasswordField
        name="newPassword"
        label="New password"
        autoComplete="new-password"
        hint={`At least ${leastPasswordLength} characters, none of the common ones. All your other sessions end.`}
        required
      />
      <SubmitButton wide={wide} size={wide ? "lg" : "md"} pendingText="Changing password">
        Change password
      </SubmitButton>
    </ActionForm>
  );
}
