import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { FormMessage } from "@/components/forms/form-message";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime, RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { pageNumber } from "@/lib/access/list-page";
import { othersApiKeys, ownApiKeys, ownKeyRights } from "@/lib/features/api-keys/queries";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { timeZoneOf } from "../../time-zone";
import { ListPages } from "../list-pages";
import { SearchForm } from "../search-form";
import { deleteApiKeyAction } from "./actions";
import { NewKeyForm } from "./new-key-form";
import { OthersKeys } from "./others-keys";

export const metadata = { title: "API keys" };

/** From here on a list is long enough to be searched. */
const longList = 20;
const address = "/settings/api-keys";

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

export default async function ApiKeysPage({ searchParams }: { searchParams: SearchParams }) {
  const asked = await searchParams;
  const search = [asked.search ?? ""].flat()[0] ?? "";
  const user = await requireUser();
  const [keys, rights] = await Promise.all([load(ownApiKeys, null), load(ownKeyRights, null)]);
  const others = rights.seesAll ? await load(othersApiKeys, { search, page: pageNumber(asked.page) }) : null;
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
        {rights.mayHaveKeys ? (
          <NewKeyForm />
        ) : (
          <FormMessage tone="info">
            Only the owner of this organization may have API keys. Yours are refused; delete what you do not
            need.
          </FormMessage>
        )}
        <Section title="Your keys">
          {keys.length === 0 ? (
            <EmptyState title="You have no API keys">
              {rights.mayHaveKeys ? "Create one above to read the audit log from a script or a SIEM." : null}
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
        {others ? (
          <Section title="Keys of other people" description="You can revoke any of them.">
            {others.total > longList || search !== "" ? (
              <SearchForm action={address} search={search} label="Key, name or address" />
            ) : null}
            {others.rows.length === 0 && others.total > 0 ? (
              <EmptyState title="No key is found" actions={<ButtonLink href={address}>Show all</ButtonLink>}>
                No key and nobody who has one is called what you searched for.
              </EmptyState>
            ) : (
              <OthersKeys keys={others.rows} timeZone={timeZone} now={now} />
            )}
            <ListPages address={address} kept={{ search }} page={others.page} hasMore={others.hasMore} />
          </Section>
        ) : null}
      </Page>
    </AppPage>
  );
}
