import Link from "next/link";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { passwordLink } from "@/lib/features/accounts/link-queries";
import { leastPasswordLength } from "@/lib/features/accounts/schemas";
import { loadForAnyone } from "../../entry";
import { resetPasswordAction } from "./actions";

export const metadata = { title: "Choose a new password" };

/** Looking at it uses up nothing: mail programs open links by themselves. */
export default async function ResetPasswordPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const link = await loadForAnyone(passwordLink, { token });
  if (!link) {
    return (
      <AuthLayout title="This link leads nowhere">
        <FormMessage>It was used before, is too old, or was not copied whole.</FormMessage>
        <p className="auth-alt">
          <Link className="link" href="/forgot-password" prefetch={false}>
            Ask for another link
          </Link>
        </p>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Choose a new password" foot="Password changes are recorded, never the password.">
      <ActionForm action={resetPasswordAction} label="Choose a new password">
        {/* So that a password manager knows whose password it is. */}
        <input type="text" autoComplete="username" defaultValue={link.email} readOnly hidden />
        <input type="hidden" name="token" value={token} readOnly />
        <PasswordField
          name="newPassword"
          label="New password"
          autoComplete="new-password"
          hint={`At least ${leastPasswordLength} characters, none of the common ones. All your sessions end.`}
          required
        />
        <SubmitButton size="lg" wide pendingText="Changing password">
          Change password
        </SubmitButton>
      </ActionForm>
    </AuthLayout>
  );
}
