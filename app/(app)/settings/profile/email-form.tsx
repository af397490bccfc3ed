import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { VisibleText } from "@/components/visible-text/visible-text";
import { changeEmailAction } from "./actions";

/** Another address: confirmed by a mailed link, or without a mail server by the password alone. */
export function EmailForm(props: {
  email: string;
  /** Where a link was mailed that nobody has opened yet. */
  waitingEmail: string | null;
  hasPassword: boolean;
  isMailOn: boolean;
  canChangeEmail: boolean;
}) {
  const { waitingEmail, hasPassword, isMailOn, canChangeEmail } = props;
  return (
    <>
      <p className="mb-3 text-sm [overflow-wrap:anywhere]">
        Your address is{" "}
        <b>
          <VisibleText text={props.email} />
        </b>
        .
      </p>
      {waitingEmail === null ? null : (
        <FormMessage tone="info">
          A link was mailed to <VisibleText text={waitingEmail} />. Your address changes when you open it.
        </FormMessage>
      )}
      {canChangeEmail ? (
        <ActionForm action={changeEmailAction} attemptId={randomUUID()} label="Change e-mail address">
          <TextField
            name="email"
            label="New e-mail address"
            type="email"
            autoComplete="email"
            hint={isMailOn ? "A link is mailed there, which works for a day." : "It changes at once."}
            required
          />
          {hasPassword ? (
            <PasswordField
              name="currentPassword"
              label="Your password"
              autoComplete="current-password"
              required
            />
          ) : null}
          <SubmitButton look="default" pendingText="Changing the address">
            {isMailOn ? "Mail a link" : "Change address"}
          </SubmitButton>
        </ActionForm>
      ) : (
        <p className="text-fg-2 text-sm">
          To change it, ask the owner of your organization to set up a mail server:{" "}
          {hasPassword
            ? "with single sign-on an address has to be confirmed by mail."
            : "your account has no password to prove that it is you."}
        </p>
      )}
    </>
  );
}
