import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { safeNextPath } from "@/lib/features/accounts/rules";
import { signInAction } from "../actions";
import { leaveWhenSignedIn, loadEntry, type SearchParams } from "../entry";

export const metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const next = safeNextPath((await searchParams).next);
  const entry = await loadEntry();
  if (!entry.ownerExists) redirect("/onboarding");
  await leaveWhenSignedIn(next);
  return (
    <AuthLayout
      title="Sign in"
      lead={
        <>
          to <VisibleText text={entry.organization} />
        </>
      }
    >
      <ActionForm action={signInAction} label="Sign in">
        <input type="hidden" name="next" value={next} />
        <TextField name="email" label="Email" type="email" autoComplete="username" required />
        <PasswordField name="password" label="Password" autoComplete="current-password" required />
        <SubmitButton size="lg" wide pendingText="Signing in">
          Sign in
        </SubmitButton>
      </ActionForm>
      <p className="auth-alt">
        No account yet?{" "}
        <Link className="link" href="/register" prefetch={false}>
          Create account
        </Link>
      </p>
    </AuthLayout>
  );
}
