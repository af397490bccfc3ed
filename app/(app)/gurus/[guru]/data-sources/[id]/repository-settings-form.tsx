import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { changeRepositorySourceAction } from "../actions";
import { type RepositoryChoice, RepositoryFields } from "../repository-fields";

/** For maintainers: which branches and files of a repository are read, and with which token. */
export function RepositorySettingsForm({
  guru,
  id,
  chosen,
}: {
  guru: string;
  id: string;
  chosen: RepositoryChoice;
}) {
  return (
    <details className="mb-4 max-w-[720px]">
      <summary className="cursor-pointer py-1 text-sm">Settings of this repository</summary>
      <ActionForm
        action={changeRepositorySourceAction}
        attemptId={randomUUID()}
        label="Settings of this repository"
        className="mt-2"
      >
        <input type="hidden" name="guru" value={guru} readOnly />
        <input type="hidden" name="id" value={id} readOnly />
        <RepositoryFields chosen={chosen} />
        <SubmitButton look="default">Save and read anew</SubmitButton>
      </ActionForm>
    </details>
  );
}
