import Link from "next/link";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { leastPasswordLength } from "@/lib/features/accounts/schemas";
import { registerAction } from "./actions";

/**
 * Name, address and password of a new account.
 * @param way how the person came: an invite's token, whose address is fixed, or the invite link's
 * @param back where somebody who has an account goes on after signing in
 */
export function RegisterForm({
  way,
  back,
}: {
  way?: { invite: string; email: string } | { link: string };
  back?: string;
}) {
  const invited = way && "invite" in way ? way : null;
  return (
    <>
      <ActionForm action={registerAction} label="Create account">
        {invited ? <input type="hidden" name="invite" value={invited.invite} readOnly /> : null}
        {way && "link" in way ? <input type="hidden" name="link" value={way.link} readOnly /> : null}
        <TextField name="name" label="Name" autoComplete="name" required />
        <TextField
          name="email"
          label="Email"
          type="email"
          autoComplete="username"
          required
          {...(invited
            ? { defaultValue: invited.email, readOnly: true, hint: "The invite is for this address." }
            : {})}
        />
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
        <Link
          className="link"
          href={back === undefined ? "/sign-in" : `/sign-in?next=${encodeURIComponent(back)}`}
          prefetch={false}
        >
          Sign in
        </Link>
      </p>
    </>
  );
}
