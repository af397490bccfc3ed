import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { CheckboxField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime, RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { ownApiKeys } from "@/lib/features/api-keys/queries";
import { apiKeyScopes } from "@/lib/features/api-keys/schemas";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { createApiKeyAction, deleteApiKeyAction } from "./actions";
import { NewKey } from "./new-key";

export const metadata = { title: "API keys" };

const scopeWords: Record<(typeof apiKeyScopes)[number], string> = {
  "audit:read": "Read the audit log",
  search: "Search code",
  gurus: "Use gurus",
};

export default async function ApiKeysPage() {
  const user = await requireUser();
  const keys = await load(ownApiKeys, null);
  const timeZone = await timeZoneOf(user);
  const now = new Date().toISOString();
  const time = (at: Date | null, never: string) =>
    at ? (
      <RelativeTime value={at.toISOString()} timeZone={timeZone} now={now} />
    ) : (
      <span className="text-fg-3">{never}</span>
    );
  return (
    <AppPage
      active="/settings/api-keys"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "API keys" }]}
    >
      <Page
        title="API keys"
        description="A key acts as you, with what you may do at most. Creating, using and deleting one is recorded."
      >
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
        <Section title="Your keys">
          {keys.length === 0 ? (
            <EmptyState title="You have no API keys">
              Create one above to read the audit log from a script or a SIEM.
            </EmptyState>
          ) : (
            <Table label="API keys">
              <thead>
                <tr>
                  <Th>Name</Th>
                  <Th className="max-md:hidden">Scope</Th>
                  <Th className="max-md:hidden">Created</Th>
                  <Th>Last used</Th>
                  <Th>Expires</Th>
                  <Th>
                    <span className="sr-only">Delete</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => (
                  <tr key={key.id}>
                    <Td className="[overflow-wrap:anywhere]">
                      <VisibleText text={key.name} />
                    </Td>
                    <Td className="mono max-md:hidden">
                      {key.scopes.length === 0 ? "all" : key.scopes.join(", ")}
                    </Td>
                    <Td className="whitespace-nowrap max-md:hidden">{time(key.createdAt, "-")}</Td>
                    <Td className="whitespace-nowrap">{time(key.lastUsedAt, "Never")}</Td>
                    <Td className="whitespace-nowrap">
                      {key.expiresAt ? (
                        <AbsoluteTime
                          value={key.expiresAt.toISOString()}
                          timeZone={timeZone}
                          precision="date"
                        />
                      ) : (
                        <span className="text-fg-3">Never</span>
                      )}
                    </Td>
                    <Td className="text-right">
                      <ConfirmDialog
                        trigger="Delete"
                        triggerLook="quiet"
                        triggerLabel={`Delete ${key.name}`}
                        title={`Delete the key “${key.name}”?`}
                        confirmText="Delete key"
                        action={deleteApiKeyAction}
                        attemptId={randomUUID()}
                        hidden={{ name: key.name }}
                      >
                        Whatever uses it is refused from its next request on. The deletion will be recorded.
                      </ConfirmDialog>
                    </Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )}
        </Section>
      </Page>
    </AppPage>
  );
}
