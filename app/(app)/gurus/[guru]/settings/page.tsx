import { randomUUID } from "node:crypto";
import { notFound } from "next/navigation";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { CheckboxField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { Page, Section } from "@/components/ui/page";
import { guruSettings } from "@/lib/features/gurus/queries";
import { load } from "../../../load";
import { GuruFields, GuruNameField } from "../../guru-fields";
import { GuruFrame } from "../guru-frame";
import { deleteGuruAction, updateGuruAction } from "./actions";

export const metadata = { title: "Guru settings" };

export default async function GuruSettingsPage({ params }: { params: Promise<{ guru: string }> }) {
  const { guru: slug } = await params;
  const guru = await load(guruSettings, slug);
  if (!guru) notFound();
  const sources = guru.sources === 1 ? "its source" : `its ${guru.sources.toLocaleString("en-US")} sources`;
  return (
    <GuruFrame slug={slug} page="settings">
      <Page narrow title="Settings" description="Every field that you change is recorded, before and after.">
        <ActionForm action={updateGuruAction} attemptId={randomUUID()} label="Settings">
          <input type="hidden" name="guru" value={guru.slug} readOnly />
          <GuruNameField value={guru.name} />
          <GuruFields values={guru} />
          {guru.hasLogo ? <CheckboxField name="removeLogo" label="Remove the present logo" /> : null}
          <SubmitButton look="primary">Save changes</SubmitButton>
        </ActionForm>
        <div className="mt-6 border-t pt-5">
          <Section
            title="Delete this guru"
            description="It goes with its sources, its questions and its team. Its audit log stays readable in the global log."
          >
            <ConfirmDialog
              trigger="Delete guru"
              triggerLook="danger-quiet"
              title={`Delete the guru “${guru.name}”?`}
              confirmText="Delete guru"
              action={deleteGuruAction}
              attemptId={randomUUID()}
              hidden={{ guru: guru.slug }}
              typed={{ label: `Type ${guru.slug} to confirm`, name: "confirmation", value: guru.slug }}
            >
              The guru goes with {sources}, its questions and its team. Its audit log stays readable in the
              global log, and its slug stays reserved as long.
            </ConfirmDialog>
          </Section>
        </div>
      </Page>
    </GuruFrame>
  );
}
