import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { mailFacts } from "@/lib/features/accounts/link-queries";
import { loadEntry, loadForAnyone, type SearchParams } from "../entry";
import { requestPasswordResetAction } from "./actions";

export const metadata = { title: "Forgot your password" };

export default async function ForgotPasswordPage({ searchParams }: { searchParams: SearchParams }) {
  const entry = await loadEntry();
  if (!entry.ownerExists) redirect("/onboarding");
  const { isMailOn } = await loadForAnyone(mailFacts, null);
  const isAsked = (await searchParams).asked !== undefined;
  return (
    <AuthLayout
      title="Forgot your password?"
      lead={isMailOn && !isAsked ? "A mail with a link lets you choose a new one." : undefined}
      foot="Requests for a new password are recorded."
    >
      {!isMailOn ? (
        <FormMessage tone="info">
          This instance sends no mail. Ask the owner of your organization to reset your password.
        </FormMessage>
      ) : isAsked ? (
        <FormMessage tone="info">
          If the address has an account with a password, a mail with a link is on its way. The link works for
          an hour. Nothing came? Look into the spam folder, and check the address.
        </FormMessage>
      ) : (
        <ActionForm action={requestPasswordResetAction} label="Ask for a link">
          <TextField name="email" label="Email" type="email" autoComplete="username" required />
          <SubmitButton size="lg" wide pendingText="Sending">
            Send the link
          </SubmitButton>
        </ActionForm>
      )}
      <p className="auth-alt">
        {isAsked && isMailOn ? (
          <>
            <Link className="link" href="/forgot-password" prefetch={false}>
              Try another address
            </Link>{" "}
            ·{" "}
          </>
        ) : null}
        <Link className="link" href="/sign-in" prefetch={false}>
          Back to the sign-in page
        </Link>
      </p>
    </AuthLayout>
  );
}
