"use client";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { reindexDataSourcesAction } from "./actions";

/** Sends one source that failed to be indexed anew. */
export function RetryButton({
  guru,
  source,
  attemptId,
}: {
  guru: string;
  source: { id: string; title: string };
  attemptId: string;
}) {
  return (
    <ActionForm action={reindexDataSourcesAction} attemptId={attemptId} alwaysSayMessage>
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="ids" value={source.id} readOnly />
      <SubmitButton look="default" aria-label={`Retry ${source.title}`}>
        Retry
      </SubmitButton>
    </ActionForm>
  );
}
