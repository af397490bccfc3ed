import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { addRepositorySourceAction } from "./actions";
import { RepositoryFields } from "./repository-fields";

/** A git repository of any host that is reached by https. */
export function RepositoryForm({ guru }: { guru: string }) {
  return (
    <ActionForm
      action={addRepositorySourceAction}
      attemptId={randomUUID()}
      label="Add a git repository"
      className="max-w-[720px]"
    >
      <input type="hidden" name="guru" value={guru} readOnly />
      <TextField
        name="url"
        label="Repository"
        type="url"
        autoComplete="off"
        placeholder="https://git.example.com/team/handbook"
        hint="The https address that you would clone. It is read again twice a day."
      />
      <RepositoryFields />
      <SubmitButton look="default">Add repository</SubmitButton>
    </ActionForm>
  );
}
