import { randomUUID } from "node:crypto";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { CopyButton } from "@/components/ui/copy-button";
import { Section } from "@/components/ui/page";
import { renewInviteLinkAction } from "./actions";

/** The link by which whoever has it joins. */
export function InviteLinkSection({ link }: { link: string }) {
  return (
    <Section
      title="Invite link"
      description="Whoever has this link becomes a member without approval, while there is a seat."
    >
      <label htmlFor="invite-link" className="sr-only">
        Invite link
      </label>
      <div className="flex flex-wrap gap-2">
        <input id="invite-link" readOnly value={link} className="input mono min-w-0 flex-1" />
        <CopyButton text={link} label="Copy the invite link" shown="Copy" icon="link" className="h-9" />
        <ConfirmDialog
          trigger="Renew"
          triggerLabel="Renew the invite link"
          title="Make a new invite link?"
          confirmText="Make a new link"
          action={renewInviteLinkAction}
          attemptId={randomUUID()}
        >
          The link as it is opens nothing from then on, for whoever has it. Members stay members.
        </ConfirmDialog>
      </div>
    </Section>
  );
}
