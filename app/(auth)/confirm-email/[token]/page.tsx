import { randomUUID } from "node:crypto";
import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { emailLink } from "@/lib/features/accounts/link-queries";
import { requestFacts, signedInUser } from "@/lib/gate/current";
import { confirmEmailAction } from "./actions";

export const metadata = { title: "Confirm your e-mail address" };

/** Looking at it changes nothing: the button does. */
export default async function ConfirmEmailPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const user = await signedInUser();
  if (!user) redirect(`/sign-in?next=${encodeURIComponent(`/confirm-email/${encodeURIComponent(token)}`)}`);
  if (user.mustChangePassword) redirect("/change-password");
  if (user.mustEnrolFactor) redirect("/two-factor");
  const found = await emailLink.execute({
    principal: user,
    request: await requestFacts(),
    input: { token },
  });
  if (!found.ok || !found.value) {
    return (
      <AuthLayout title="This link leads nowhere">
        <FormMessage>
          It was used before, is too old, or is for another account than the one you are signed in with (
          <VisibleText text={user.email} />
          ).
        </FormMessage>
        <p className="auth-alt">
          <Link className="link" href="/settings/profile" prefetch={false}>
            Go to your profile
          </Link>
        </p>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title="Confirm your e-mail address" foot="The change is recorded.">
      <p className="mb-4 text-fg-2 text-sm">
        Your account has the address <VisibleText text={user.email} /> now. It changes to{" "}
        <b>
          <VisibleText text={found.value.email} />
        </b>
        , with which you then sign in.
      </p>
      <ActionForm action={confirmEmailAction} attemptId={randomUUID()} label="Confirm the address">
        <input type="hidden" name="token" value={token} readOnly />
        <SubmitButton size="lg" wide pendingText="Changing the address">
          Change the address
        </SubmitButton>
      </ActionForm>
    </AuthLayout>
  );
}
