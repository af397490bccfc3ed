import { randomUUID } from "node:crypto";
import Link from "next/link";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { CheckboxField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Page, Section } from "@/components/ui/page";
import { VisibleText } from "@/components/visible-text/visible-text";
import { organizationPage } from "@/lib/features/organization/settings-queries";
import { AppPage } from "../../app-page";
import { load, requireUser } from "../../load";
import { leaveOrganizationAction, transferOwnershipAction, updateOrganizationAction } from "./actions";
import { InviteLinkSection } from "./invite-link-section";
import { TwoFactorRequirement } from "./two-factor-requirement";

export const metadata = { title: "Organization" };

const roleWords = {
  owner: "You are its owner.",
  auditor: "You are an auditor: you read its audit log.",
  member: "You are a member.",
} as const;

export default async function OrganizationPage() {
  const user = await requireUser();
  const { name, mayLeave, settings } = await load(organizationPage, null);
  return (
    <AppPage
      active="/settings/organization"
      breadcrumb={[{ label: "Settings", href: "/settings" }, { label: "Organization" }]}
    >
      <Page
        title="Organization"
        narrow
        description={
          <>
            <VisibleText text={name} />. {user.role ? roleWords[user.role] : ""}
          </>
        }
      >
        {settings ? (
          <Section title="Settings" description="Each change is recorded, with what stood there before.">
            <ActionForm
              action={updateOrganizationAction}
              attemptId={randomUUID()}
              label="Settings"
              className="max-w-[480px]"
            >
              <TextField name="name" label="Name" defaultValue={name} autoComplete="organization" />
              <CheckboxField
                name="memberApprovalRequired"
                label="New members need my approval"
                hint="Otherwise whoever registers is a member at once."
                defaultChecked={settings.memberApprovalRequired}
              />
              <CheckboxField
                name="inviteLinkEnabled"
                label="People can join by an invite link"
                hint="One link for everybody, without approval."
                defaultChecked={settings.inviteLink !== null}
              />
              <SubmitButton>Save settings</SubmitButton>
            </ActionForm>
          </Section>
        ) : null}
        {settings?.inviteLink ? <InviteLinkSection link={settings.inviteLink} /> : null}
        {settings ? <Seats members={settings.members} seats={settings.seats} /> : null}
        {settings ? <TwoFactorRequirement /> : null}
        {settings ? (
          <Section
            title="Ownership"
            description="An organization has exactly one owner. Give it to a member when you hand over or leave."
          >
            <div className="max-w-[480px]">
              {settings.hasHeirs ? (
                <ConfirmDialog
                  trigger="Transfer ownership"
                  triggerLook="danger-quiet"
                  title="Give the organization to another member?"
                  confirmText="Transfer ownership"
                  action={transferOwnershipAction}
                  attemptId={randomUUID()}
                  field={
                    <TextField
                      name="email"
                      label="E-mail address of the new owner"
                      hint="Of a member; an auditor has to be made a member first."
                      type="email"
                      autoComplete="off"
                    />
                  }
                >
                  They can do everything from then on, and you are a member like others. Only they can give it
                  back.
                </ConfirmDialog>
              ) : (
                <p className="text-fg-2 text-sm">
                  There is no other member to give it to. Invite somebody first.
                </p>
              )}
            </div>
          </Section>
        ) : null}
        {mayLeave ? (
          <Section
            title="Leave"
            description="Your sessions, API keys and roles in gurus end at once. What you did stays in the log."
          >
            <ConfirmDialog
              trigger="Leave organization"
              triggerLook="danger-quiet"
              title="Leave the organization?"
              confirmText="Leave organization"
              action={leaveOrganizationAction}
              attemptId={randomUUID()}
              typed={{ label: "Type your e-mail address", name: "confirmation", value: user.email }}
            >
              You are signed out everywhere. To come back you have to be let in again.
            </ConfirmDialog>
          </Section>
        ) : null}
      </Page>
    </AppPage>
  );
}

function Seats({ members, seats }: { members: number; seats: number | null }) {
  const taken = members.toLocaleString("en-US");
  return (
    <Section title="Seats">
      <p className="text-sm">
        {seats === null
          ? `${taken} ${members === 1 ? "member" : "members"}, and no limit.`
          : `${taken} of ${seats.toLocaleString("en-US")} seats are taken. GURULOG_SEATS says how many there are.`}{" "}
        <Link className="link" href="/settings/members" prefetch={false}>
          See the members
        </Link>
      </p>
    </Section>
  );
}
