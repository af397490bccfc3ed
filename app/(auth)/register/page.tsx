import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { leastPasswordLength } from "@/lib/features/accounts/schemas";
import { registerAction } from "../actions";
import { leaveWhenSignedIn, loadEntry } from "../entry";

export const metadata = { title: "Create account" };

export default async function RegisterPage() {
  const entry = await loadEntry();
  if (!entry.ownerExists) redirect("/onboarding");
  await leaveWhenSignedIn("/");
  return (
    <AuthLayout
      title="Create account"
      lead={
        <>
          in <VisibleText text={entry.organization} />
        </>
      }
      foot="Registrations, and attempts to register, are recorded."
    >
      {entry.memberApprovalRequired ? (
        <FormMessage tone="info">
          Registration is closed at the moment. Ask the owner of this organization to let you in.
        </FormMessage>
      ) : null}
      <ActionForm action={registerAction} label="Create account">
        <TextField name="name" label="Name" autoComplete="name" required />
        <TextField name="email" label="Email" type="email" autoComplete="username" required />
        <PasswordField
          name="password"
          label="Password"
          autoComplete="new-password"
          hint={`At least ${leastPasswordLength} characters, none of the common ones.`}
          required
        />
        <SubmitButton size="lg" wide pendingText="Creating account">
          Create account
        </SubmitButton>
      </ActionForm>
      <p className="auth-alt">
        You have an account?{" "}
        <Link className="link" href="/sign-in" prefetch={false}>
          Sign in
        </Link>
      </p>
    </AuthLayout>
  );
}
