import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { Page } from "@/components/ui/page";
import { visibleGurus } from "@/lib/features/gurus/queries";
import { AppPage } from "../../app-page";
import { load } from "../../load";
import { createGuruAction } from "../actions";
import { GuruFields, GuruNameField } from "../guru-fields";
import { SlugField } from "./slug-field";

export const metadata = { title: "Create guru" };

export default async function NewGuruPage() {
  // Whoever may not see gurus may not make one: the page does not exist for them.
  await load(visibleGurus, null);
  return (
    <AppPage active="/gurus" breadcrumb={[{ label: "Gurus", href: "/gurus" }, { label: "Create guru" }]}>
      <Page narrow title="Create guru" description="You become its maintainer. Creating it is recorded.">
        <ActionForm action={createGuruAction} attemptId={randomUUID()} label="Create guru">
          <GuruNameField />
          <SlugField />
          <GuruFields />
          <div className="flex gap-2">
            <SubmitButton look="primary">Create guru</SubmitButton>
            <ButtonLink href="/gurus" look="quiet">
              Cancel
            </ButtonLink>
          </div>
        </ActionForm>
      </Page>
    </AppPage>
  );
}
