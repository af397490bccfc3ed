import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { TextField } from "@/components/forms/fields";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { pageNumber } from "@/lib/access/list-page";
import { guruTeam } from "@/lib/features/team/queries";
import { load, requireUser } from "../../../load";
import { ListPages } from "../../../settings/list-pages";
import { SearchForm } from "../../../settings/search-form";
import { timeZoneOf } from "../../../time-zone";
import { GuruListPage } from "../guru-list-page";
import { addMaintainerAction, addViewerAction, removeMaintainerAction, removeViewerAction } from "./actions";

export const metadata = { title: "Team" };

/** From here on a list is long enough to be searched. */
const longList = 20;

interface TeamProps {
  params: Promise<{ guru: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function TeamPage({ params, searchParams }: TeamProps) {
  const { guru } = await params;
  const asked = await searchParams;
  const search = [asked.search ?? ""].flat()[0] ?? "";
  const found = await load(guruTeam, { guru, search, page: pageNumber(asked.page) });
  const team = found.rows;
  const address = `/gurus/${guru}/team`;
  const user = await requireUser();
  const timeZone = await timeZoneOf(user);
  const now = new Date().toISOString();
  return (
    <GuruListPage
      slug={guru}
      page="team"
      title="Team"
      description="Maintainers change the guru, its sources and its team, and read its audit log. Viewers ask it."
      forms={[
        {
          title: "Add a maintainer",
          action: addMaintainerAction,
          submit: "Add maintainer",
          fields: <MemberField />,
        },
        { title: "Add a viewer", action: addViewerAction, submit: "Add viewer", fields: <MemberField /> },
      ]}
    >
      <Section title="People">
        {found.total > longList || search !== "" ? <SearchForm action={address} search={search} /> : null}
        {team.length === 0 && found.total > 0 ? (
          <EmptyState title="Nobody is found" actions={<ButtonLink href={address}>Show all</ButtonLink>}>
            No name or address of this team holds what you searched for.
          </EmptyState>
        ) : team.length === 0 ? (
          <EmptyState title="Nobody has a role in this guru">
            The owner of the organization can act here, and can add a maintainer above.
          </EmptyState>
        ) : (
          <Table label="People">
            <thead>
              <tr>
                <Th>Person</Th>
                <Th>Role</Th>
                <Th className="max-md:hidden">Since</Th>
                <Th>
                  <span className="sr-only">Remove</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {team.map((person) => (
                <tr key={person.accountId}>
                  <Td className="[overflow-wrap:anywhere]">
                    <div className="font-medium">
                      <VisibleText text={person.name} />
                    </div>
                    <div className="text-fg-3 text-xs">
                      <VisibleText text={person.email} />
                    </div>
                  </Td>
                  <Td>{person.role === "maintainer" ? "Maintainer" : "Viewer"}</Td>
                  <Td className="whitespace-nowrap max-md:hidden">
                    <RelativeTime value={person.since.toISOString()} timeZone={timeZone} now={now} />
                  </Td>
                  <Td className="text-right">
                    {person.role === "maintainer" ? (
                      <ConfirmDialog
                        trigger={person.accountId === user.accountId ? "Leave" : "Remove"}
                        triggerLook="quiet"
                        triggerLabel={`${person.accountId === user.accountId ? "Leave" : "Remove"} ${person.email}`}
                        title={`Remove ${person.email} as a maintainer?`}
                        confirmText="Remove maintainer"
                        action={removeMaintainerAction}
                        attemptId={randomUUID()}
                        hidden={{ guru, accountId: person.accountId }}
                      >
                        {person.accountId === user.accountId
                          ? "You lose your rights here at once. Another maintainer or the owner can add you again."
                          : "They lose their rights here at once. You can add them again."}
                      </ConfirmDialog>
                    ) : (
                      <ConfirmDialog
                        trigger="Remove"
                        triggerLook="quiet"
                        triggerLabel={`Remove ${person.email}`}
                        title={`Remove ${person.email} as a viewer?`}
                        confirmText="Remove viewer"
                        action={removeViewerAction}
                        attemptId={randomUUID()}
                        hidden={{ guru, accountId: person.accountId }}
                      >
                        They can ask this guru no more, unless every member may. You can add them again.
                      </ConfirmDialog>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
        <ListPages address={address} kept={{ search }} page={found.page} hasMore={found.hasMore} />
      </Section>
    </GuruListPage>
  );
}

function MemberField() {
  return (
    <TextField
      name="email"
      label="Email"
      type="email"
      hint="Of a member of the organization."
      autoComplete="off"
    />
  );
}
