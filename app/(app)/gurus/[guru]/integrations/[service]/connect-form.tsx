import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { PasswordField, TextAreaField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import type { IntegrationField, IntegrationKind } from "@/lib/access/integration-fields";
import { isOptional } from "@/lib/features/integrations/optional-fields";
import { createIntegrationAction, replaceCredentialsAction } from "../actions";

/**
 * Address and credentials of a service, which checks them before anything is stored.
 * @param present the integration whose credentials are replaced; left out, one is made
 */
export function ConnectForm({
  guru,
  kind,
  present,
}: {
  guru: string;
  kind: IntegrationKind;
  present?: { id: string; baseUrl: string };
}) {
  return (
    <ActionForm
      action={present ? replaceCredentialsAction : createIntegrationAction}
      attemptId={randomUUID()}
      label={present ? "Replace credentials" : `Connect ${kind.title}`}
      alwaysSayMessage
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="type" value={kind.type} readOnly />
      {present ? <input type="hidden" name="id" value={present.id} readOnly /> : null}
      <TextField
        name="baseUrl"
        label="Address"
        type="url"
        autoComplete="off"
        spellCheck={false}
        defaultValue={present?.baseUrl ?? kind.defaultBaseUrl ?? ""}
        hint={kind.baseUrlHint}
      />
      {kind.fields.map((field) => (
        <CredentialField key={field.name} field={field} isOptional={isOptional(kind.type, field.name)} />
      ))}
      <p className="mb-4 text-fg-2 text-sm">
        In place of a value, {"{NAME}"} means the secret of that name of this guru.
      </p>
      <SubmitButton look="primary" pendingText={`Asking ${kind.title}`}>
        {present ? "Check and replace" : `Connect ${kind.title}`}
      </SubmitButton>
    </ActionForm>
  );
}

function CredentialField({ field, isOptional: optional }: { field: IntegrationField; isOptional: boolean }) {
  const { name, label, hint, isSecret, isLong, placeholder } = field;
  const common = { name, label, hint, optional, autoComplete: "off", spellCheck: false };
  if (isLong) return <TextAreaField {...common} rows={5} className="mono" />;
  if (isSecret) return <PasswordField {...common} />;
  return <TextField {...common} {...(placeholder ? { placeholder } : {})} />;
}
