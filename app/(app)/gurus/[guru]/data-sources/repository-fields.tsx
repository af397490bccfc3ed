import { TextAreaField, TextField } from "@/components/forms/fields";

/** What is chosen of a repository besides its address. */
export interface RepositoryChoice {
  branches: string[];
  include: string[];
  exclude: string[];
  secret?: string | undefined;
}

const lines = (all: string[] | undefined) => all?.join("\n");

/** @param chosen as it is now; left out for a new source */
export function RepositoryFields({ chosen }: { chosen?: RepositoryChoice }) {
  return (
    <>
      <TextAreaField
        name="branches"
        label="Branches"
        optional
        rows={2}
        spellCheck={false}
        placeholder="main"
        defaultValue={lines(chosen?.branches)}
        hint="One a line, 20 at most; * stands for anything, as in release/*. A tag by its whole name. Empty: the host’s default, which code search has in any case."
      />
      <TextField
        name="secret"
        label="Secret with a token"
        optional
        autoComplete="off"
        spellCheck={false}
        placeholder="{GIT_TOKEN}"
        defaultValue={chosen?.secret === undefined ? undefined : `{${chosen.secret}}`}
        hint="The name of one of this guru’s secrets, never the token itself. Public repositories need none."
      />
      <TextAreaField
        name="include"
        label="Only these files"
        optional
        rows={2}
        spellCheck={false}
        placeholder="docs/**/*.md"
        defaultValue={lines(chosen?.include)}
        hint="Patterns, one a line: * within a folder, ** through folders. Empty: all files of text up to 1 MB."
      />
      <TextAreaField
        name="exclude"
        label="Not these files"
        optional
        rows={2}
        spellCheck={false}
        placeholder="**/vendor/**"
        defaultValue={lines(chosen?.exclude)}
      />
    </>
  );
}
