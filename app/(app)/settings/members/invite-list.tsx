import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { TextAreaField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { CopyButton } from "@/components/ui/copy-button";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { Invite } from "@/lib/features/members/queries";
import { mostInvites } from "@/lib/features/members/schemas";
import { cancelInviteAction, invitePeopleAction } from "./actions";

export function InviteForm({ isMailOn }: { isMailOn: boolean }) {
  return (
    <ActionForm
      action={invitePeopleAction}
      attemptId={randomUUID()}
      label="Invite people"
      className="mb-5 max-w-[560px]"
    >
      <TextAreaField
        name="emails"
        label="E-mail addresses"
        hint={`One a line, or with commas between; at most ${mostInvites}. ${
          isMailOn
            ? "Each gets a mail with a link."
            : "There is no mail server: copy each link from the list and send it yourself."
        }`}
        rows={3}
        autoComplete="off"
      />
      <SubmitButton look="primary">Invite</SubmitButton>
    </ActionForm>
  );
}

export function InviteList({
  invites,
  time,
  isMailOn,
}: {
  invites: Invite[];
  time: (at: Date) => ReactNode;
  isMailOn: boolean;
}) {
  return (
    <Table label="Invites">
      <thead>
        <tr>
          <Th>For</Th>
          <Th className="max-md:hidden">Invited by</Th>
          <Th>Expires</Th>
          <Th>
            <span className="sr-only">Link and cancel</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {invites.map(({ id, email, invitedBy, expiresAt, link }) => (
          <tr key={id}>
            <Td className="[overflow-wrap:anywhere]">
              <VisibleText text={email} />
              {/* Nobody is mailed it: it can be read, and copied where scripts or the clipboard are off. */}
              {link === null || isMailOn ? null : (
                <div className="mono text-fg-3 text-xs select-all">{link}</div>
              )}
            </Td>
            <Td className="[overflow-wrap:anywhere] max-md:hidden">
              {invitedBy === null ? <span className="text-fg-3">-</span> : <VisibleText text={invitedBy} />}
            </Td>
            <Td className="whitespace-nowrap">
              {link === null ? <span className="text-fg-3">Expired</span> : time(expiresAt)}
            </Td>
            <Td>
              <div className="flex justify-end gap-2">
                {link === null ? null : (
                  <CopyButton
                    text={link}
                    label={`Copy the link for ${email}`}
                    shown="Copy link"
                    icon="link"
                  />
                )}
                <ConfirmDialog
                  trigger="Cancel"
                  triggerLook="quiet"
                  triggerLabel={`Cancel the invite for ${email}`}
                  title={`Cancel the invite for ${email}?`}
                  confirmText="Cancel invite"
                  action={cancelInviteAction}
                  attemptId={randomUUID()}
                  hidden={{ id }}
                >
                  Its link opens nothing from then on. You can invite the address again.
                </ConfirmDialog>
              </div>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
