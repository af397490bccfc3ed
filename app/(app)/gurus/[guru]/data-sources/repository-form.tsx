import { randomUUID } from "node:crypto";
import { ActionForm } from "@/components/forms/action-form";
import { TextAreaField, TextField } from "@/components/forms/fields";
import { SubmitButton } from "@/components/forms/submit-button";
import { addRepositorySourceAction } from "./actions";

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
      <TextField
        name="branch"
        label="Branch"
        optional
        autoComplete="off"
        spellCheck={false}
        hint="Empty: the host’s default."
      />
      <TextField
        name="secret"
        label="Secret with a token"
        optional
        autoComplete="off"
        spellCheck={false}
        placeholder="{GIT_TOKEN}"
        hint="The name of one of this guru’s secrets, never the token itself. Public repositories need none."
      />
      <TextAreaField
        name="include"
        label="Only these files"
        optional
        rows={2}
        spellCheck={false}
        placeholder="docs/**/*.md"
        hint="Patterns, one a line: * within a folder, ** through folders. Empty: all files of text up to 1 MB."
      />
      <TextAreaField
        name="exclude"
        label="Not these files"
        optional
        rows={2}
        spellCheck={false}
        placeholder="**/vendor/**"
      />
      <SubmitButton look="default">Add repository</SubmitButton>
    </ActionForm>
  );
}
