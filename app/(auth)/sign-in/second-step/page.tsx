import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { safeNextPath } from "@/lib/features/accounts/rules";
import { completeSignInAction } from "../../actions";
import { stepCookie } from "../../cookies";
import { leaveWhenSignedIn, type SearchParams } from "../../entry";

export const metadata = { title: "Second step" };

export default async function SecondStepPage({ searchParams }: { searchParams: SearchParams }) {
  const next = safeNextPath((await searchParams).next);
  await leaveWhenSignedIn(next);
  if ((await stepCookie()) === undefined) redirect("/sign-in");
  return (
    <AuthLayout title="Second step" lead="Your account asks for a code besides the password.">
      <ActionForm action={completeSignInAction} label="Second step">
        <input type="hidden" name="next" value={next} />
        <TextField
          name="code"
          label="Code"
          hint="The six digits that your authenticator app shows, or one of your recovery codes."
          className="mono"
          autoComplete="one-time-code"
          autoFocus
          spellCheck={false}
          required
        />
        <SubmitButton size="lg" wide pendingText="Signing in">
          Sign in
        </SubmitButton>
      </ActionForm>
      <p className="auth-alt">
        Lost both? The owner of the organization can take the second step away. If you are the owner, whoever
        runs the server can, with <code className="mono">npm run reset-factor</code>.{" "}
        <Link className="link" href="/sign-in" prefetch={false}>
          Back to the first step
        </Link>
      </p>
    </AuthLayout>
  );
}
