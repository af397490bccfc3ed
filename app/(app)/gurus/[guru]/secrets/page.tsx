import { PasswordField, TextField } from "@/components/forms/fields";
import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { maxSecretName } from "@/lib/access/secret-name";
import { guruSecrets } from "@/lib/features/secrets/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruListPage } from "../guru-list-page";
import { writeSecretAction } from "./actions";
import { SecretTable } from "./secret-table";

export const metadata = { title: "Secrets" };

export default async function SecretsPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru } = await params;
  const { secrets } = await load(guruSecrets, guru);
  const timeZone = await timeZoneOf(await requireUser());
  return (
    <GuruListPage
      slug={guru}
      page="secrets"
      title="Secrets"
      description="Tokens that data sources need, encrypted. A source names one in braces, such as {GITHUB_TOKEN}, and never shows it."
      forms={[
        {
          title: "Store a secret",
          action: writeSecretAction,
          submit: "Store secret",
          fields: (
            <>
              <TextField
                name="name"
                label="Name"
                hint="Letters, digits and underscores. A name that is there gets the new value."
                autoComplete="off"
                spellCheck={false}
                maxLength={maxSecretName}
                className="mono"
              />
              <PasswordField name="secretValue" label="Value" autoComplete="off" />
            </>
          ),
        },
      ]}
    >
      <Section title="Stored">
        {secrets.length === 0 ? (
          <EmptyState title="No secret is stored yet">
            A private repository needs a token. Store it above, then name it where you add the source.
          </EmptyState>
        ) : (
          <SecretTable guru={guru} secrets={secrets} timeZone={timeZone} now={new Date().toISOString()} />
        )}
      </Section>
    </GuruListPage>
  );
}
