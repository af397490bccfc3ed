import { randomUUID } from "node:crypto";
import type { ReactNode } from "react";
import { ActionForm } from "@/components/forms/action-form";
import type { FormAction } from "@/components/forms/action-result";
import { SubmitButton } from "@/components/forms/submit-button";
import type { GuruPage } from "@/components/shell/navigation";
import { Page, Section } from "@/components/ui/page";
import { GuruFrame } from "./guru-frame";

interface AddForm {
  /** Its heading, and its accessible name. */
  title: string;
  action: FormAction;
  /** On its button. */
  submit: string;
  fields: ReactNode;
}

/**
 * A guru's page with a list: what it is about, and above the list the forms by which something is added to it.
 * @param slug as it stands in the address; each form sends it along
 * @param children the sections below them
 */
export function GuruListPage({
  slug,
  page,
  title,
  description,
  forms,
  children,
}: {
  slug: string;
  page: GuruPage;
  title: string;
  description: string;
  forms: readonly AddForm[];
  children: ReactNode;
}) {
  return (
    <GuruFrame slug={slug} page={page}>
      <Page title={title} description={description}>
        {forms.map((form) => (
          <Section key={form.title} title={form.title}>
            <ActionForm
              action={form.action}
              attemptId={randomUUID()}
              label={form.title}
              className="max-w-[480px]"
            >
              <input type="hidden" name="guru" value={slug} readOnly />
              {form.fields}
              <SubmitButton>{form.submit}</SubmitButton>
            </ActionForm>
          </Section>
        ))}
        {children}
      </Page>
    </GuruFrame>
  );
}
