import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Table, Td, Th } from "@/components/ui/table";
import type { OrgRole } from "@/lib/access/principal";
import { removeMemberAction } from "./actions";
import { PersonCell } from "./person-cell";

const roleNames = { owner: "Owner", auditor: "Auditor", member: "Member" } as const;

interface Member {
  accountId: string;
  email: string;
  name: string;
  role: OrgRole;
  since: Date;
}

export function MemberList({ members, time }: { members: Member[]; time: (at: Date) => ReactNode }) {
  return (
    <Table label="Members">
      <thead>
        <tr>
          <Th>Person</Th>
          <Th>Role</Th>
          <Th className="max-md:hidden">Member since</Th>
          <Th>
            <span className="sr-only">Remove</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {members.map((person) => (
          <tr key={person.accountId}>
            <PersonCell name={person.name} email={person.email} />
            <Td>{roleNames[person.role]}</Td>
            <Td className="whitespace-nowrap max-md:hidden">{time(person.since)}</Td>
            <Td className="text-right">
              {person.role === "owner" ? null : (
                <ConfirmDialog
                  trigger="Remove"
                  triggerLook="quiet"
                  triggerLabel={`Remove ${person.email}`}
                  title={`Remove ${person.email} from the organization?`}
                  confirmText="Remove member"
                  action={removeMemberAction}
                  attemptId={randomUUID()}
                  hidden={{ accountId: person.accountId }}
                >
                  Their sessions, API keys and roles in gurus end at once. Their account and everything that
                  they did stay in the log. No invite link and no open door lets this account in again: only
                  your approval of a request of theirs, or an invite from you.
                </ConfirmDialog>
              )}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
