import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page, Section } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruTeam } from "@/lib/features/team/queries";
import { load, requireUser } from "../../../load";
import { timeZoneOf } from "../../../time-zone";
import { GuruFrame } from "../guru-frame";
import { addMaintainerAction, addViewerAction, removeMaintainerAction, removeViewerAction } from "./actions";

export const metadata = { title: "Team" };

export default async function TeamPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru } = await params;
  const team = await load(guruTeam, guru);
  const user = await requireUser();
  const timeZone = await timeZoneOf(user);
  const now = new Date().toISOString();
  return (
    <GuruFrame slug={guru} page="team">
      <Page
        title="Team"
        description="Maintainers change the guru, its sources and its team, and read its audit log. Viewers ask it."
      >
        <Section title="Add a maintainer">
          <ActionForm
            action={addMaintainerAction}
            attemptId={randomUUID()}
            label="Add a maintainer"
            className="max-w-[480px]"
          >
            <input type="hidden" name="guru" value={guru} readOnly />
            <TextField
              name="email"
              label="Email"
              type="email"
              hint="Of a member of the organization."
              autoComplete="off"
            />
            <SubmitButton look="primary">Add maintainer</SubmitButton>
          </ActionForm>
        </Section>
        <Section title="Add a viewer">
          <ActionForm
            action={addViewerAction}
            attemptId={randomUUID()}
            label="Add a viewer"
            className="max-w-[480px]"
          >
            <input type="hidden" name="guru" value={guru} readOnly />
            <TextField
              name="email"
              label="Email"
              type="email"
              hint="Of a member of the organization."
              autoComplete="off"
            />
            <SubmitButton>Add viewer</SubmitButton>
          </ActionForm>
        </Section>
        <Section title="People">
          {team.length === 0 ? (
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
        </Section>
      </Page>
    </GuruFrame>
  );
}
