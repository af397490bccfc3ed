import Link from "next/link";
import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { safeNextPath } from "@/lib/features/accounts/rules";
import { signInAction, startOidcSignInAction } from "../actions";
import { leaveWhenSignedIn, loadEntry, type SearchParams } from "../entry";

export const metadata = { title: "Sign in" };

/** What a sign-in by the identity provider was refused for, by the code in the address: words of ours alone. */
const ssoRefusals: Record<string, string> = {
  unauthenticated:
    "The single sign-on was not completed: it was cancelled or refused at your provider, took too long, or was used before. Try again.",
  forbidden:
    "Your identity provider has not verified your e-mail address. Verify it there and try again, or ask the owner of this organization.",
  conflict:
    "The account of your e-mail address belongs to another person of your identity provider. Ask the owner of this organization.",
  exists: "Somebody has just made an account with your e-mail address. Try again.",
  closed: "All seats of this organization are taken. Ask its owner for one.",
  busy: "Too many requests to join wait for an answer. Ask the owner to answer some first.",
  throttled: "Too many tries. Wait a minute, then try again.",
  internal: "Something went wrong on our side; nothing was changed. Try again.",
};

export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const { next: wanted, sso } = await searchParams;
  const next = safeNextPath(wanted);
  const refusal = typeof sso === "string" && Object.hasOwn(ssoRefusals, sso) ? ssoRefusals[sso] : undefined;
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
      {refusal ? <FormMessage>{refusal}</FormMessage> : null}
      <ActionForm action={signInAction} label="Sign in">
        <input type="hidden" name="next" value={next} />
        <TextField name="email" label="Email" type="email" autoComplete="username" required />
        <PasswordField name="password" label="Password" autoComplete="current-password" required />
        <SubmitButton size="lg" wide pendingText="Signing in">
          Sign in
        </SubmitButton>
      </ActionForm>
      {entry.singleSignOn ? (
        <ActionForm action={startOidcSignInAction} label="Single sign-on" className="mt-3">
          <input type="hidden" name="next" value={next} />
          <SubmitButton look="default" size="lg" wide pendingText="Leaving for your provider">
            Continue with single sign-on
          </SubmitButton>
        </ActionForm>
      ) : null}
      <p className="auth-alt">
        <Link className="link" href="/forgot-password" prefetch={false}>
          Forgot your password?
        </Link>
      </p>
      <p className="auth-alt">
        No account yet?{" "}
        <Link className="link" href="/register" prefetch={false}>
          Create account
        </Link>
      </p>
    </AuthLayout>
  );
}
