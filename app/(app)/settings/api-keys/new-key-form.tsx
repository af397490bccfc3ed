import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { CheckboxField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Section } from "@/components/ui/page";
import { apiKeyScopes } from "@/lib/features/api-keys/schemas";
import { createApiKeyAction } from "./actions";
import { NewKey } from "./new-key";

const scopeWords: Record<(typeof apiKeyScopes)[number], string> = {
  "audit:read": "Read the audit log",
  search: "Search code",
  gurus: "Use gurus",
};

/** Makes a key, and shows it once. */
export function NewKeyForm() {
  return (
    <Section title="New key">
      <ActionForm
        action={createApiKeyAction}
        attemptId={randomUUID()}
        label="New key"
        className="max-w-[720px]"
      >
        <NewKey />
        <TextField
          name="name"
          label="Name"
          hint="Unique among your keys, such as “siem-pull”."
          autoComplete="off"
        />
        <fieldset className="field-group">
          <legend className="field-label">
            Scope <span className="field-optional">optional</span>
          </legend>
          <p className="field-hint">None chosen: all that you may do.</p>
          {apiKeyScopes.map((scope) => (
            <CheckboxField key={scope} name="scopes" value={scope} label={scopeWords[scope]} />
          ))}
        </fieldset>
        <TextField
          name="expiresInDays"
          label="Expires after (days)"
          hint="Empty: never."
          inputMode="numeric"
          className="max-w-[160px]"
          optional
        />
        <SubmitButton look="primary">Create API key</SubmitButton>
      </ActionForm>
    </Section>
  );
}
