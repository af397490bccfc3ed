import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { IntegrationType } from "@/lib/access/integration-types";
import { serviceWords } from "@/lib/features/backfill-jobs/service-words";
import { createBackfillJobAction } from "./actions";
import { QueryFields } from "./query-fields";

interface IntegrationListed {
  id: string;
  type: IntegrationType;
  accountName: string;
}

/** The choice of an integration, and the form of a job for the one that was chosen. */
export function NewJob({
  guru,
  integrations,
  chosen,
}: {
  guru: string;
  integrations: IntegrationListed[];
  chosen: IntegrationListed | undefined;
}) {
  if (integrations.length === 0)
    return (
      <EmptyState
        title="This guru has no integration yet"
        actions={<ButtonLink href={`/gurus/${guru}/integrations`}>Set one up</ButtonLink>}
      >
        A job reads from Jira, Confluence, Zendesk, Slack, Discord or GitHub through an integration.
      </EmptyState>
    );
  return (
    <>
      <nav aria-label="Service of the new job" className="mb-4 flex flex-wrap gap-2">
        {integrations.map(({ id, type }) => (
          <ButtonLink
            key={id}
            href={`/gurus/${guru}/backfill-jobs?integration=${id}#new-job`}
            aria-current={chosen?.id === id ? "true" : undefined}
            look={chosen?.id === id ? "primary" : "default"}
          >
            {serviceWords[type].name}
          </ButtonLink>
        ))}
      </nav>
      {chosen ? (
        <ActionForm
          key={chosen.id}
          action={createBackfillJobAction}
          attemptId={randomUUID()}
          label={`New ${serviceWords[chosen.type].name} job`}
          className="max-w-[720px]"
        >
          <p className="mb-3 text-fg-2 text-sm">
            Reads as <VisibleText text={chosen.accountName} />. The query is tried before the job is made.
          </p>
          <input type="hidden" name="guru" value={guru} readOnly />
          <input type="hidden" name="integration" value={chosen.id} readOnly />
          <QueryFields type={chosen.type} />
          <SubmitButton look="primary" pendingText="Trying the query">
            Create job
          </SubmitButton>
        </ActionForm>
      ) : null}
    </>
  );
}
