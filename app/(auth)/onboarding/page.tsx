import { redirect } from "next/navigation";
import { AuthLayout } from "@/components/auth/auth-layout";
import { ActionForm } from "@/components/forms/action-form";
import { CheckboxField, PasswordField, TextField } from "@/components/forms/fields";
import { FormMessage } from "@/components/forms/form-message";
import { SubmitButton } from "@/components/forms/submit-button";
import { defaultRetentionDays, leastPasswordLength } from "@/lib/features/accounts/schemas";
import { completeOnboardingAction } from "../actions";
import { loadEntry, type SearchParams } from "../entry";

export const metadata = { title: "Set up" };

export default async function OnboardingPage({ searchParams }: { searchParams: SearchParams }) {
  const { token } = await searchParams;
  const entry = await loadEntry();
  if (entry.ownerExists) redirect("/sign-in");
  const linked = typeof token === "string" ? token : "";
  return (
    <AuthLayout
      title="Set up Gurulog"
      lead="Make the owner’s account and name the organization."
      foot="The set-up is the first thing that the log records."
    >
      {linked === "" ? (
        <FormMessage tone="info">
          Open the set-up link that the start of Gurulog printed in its output: it carries the set-up token.
          Or copy the token from there into the last field.
        </FormMessage>
      ) : null}
      <ActionForm action={completeOnboardingAction} label="Set up">
        <TextField name="organization" label="Organization name" autoComplete="organization" required />
        <TextField name="name" label="Name" autoComplete="name" required />
        <TextField name="email" label="Email" type="email" autoComplete="username" required />
        <PasswordField
          name="password"
          label="Password"
          autoComplete="new-password"
          hint={`At least ${leastPasswordLength} characters, none of the common ones.`}
          required
        />
        <CheckboxField
          name="joinWithoutApproval"
          label="People may join without approval"
          hint="Otherwise nobody becomes a member without the owner."
        />
        {entry.fixedRetentionDays === null ? (
          <TextField
            name="retentionDays"
            label="Keep events for (days)"
            inputMode="numeric"
            defaultValue={String(defaultRetentionDays)}
            hint="Older ones are deleted each night. 0 keeps them for ever; some standards ask for 365."
            required
          />
        ) : (
          <p className="field-hint mb-4">
            {entry.fixedRetentionDays === 0
              ? "Events are kept for ever, as GURULOG_AUDIT_RETENTION_DAYS says."
              : `Events are kept for ${entry.fixedRetentionDays} days, as GURULOG_AUDIT_RETENTION_DAYS says.`}
          </p>
        )}
        <TextField
          name="setupToken"
          label="Set-up token"
          className="mono"
          autoComplete="off"
          spellCheck={false}
          defaultValue={linked}
          required
        />
        <SubmitButton size="lg" wide pendingText="Setting up">
          Create account
        </SubmitButton>
      </ActionForm>
    </AuthLayout>
  );
}
