import "server-only";
import { holdSecret, secretNameOf } from "@/lib/access/secrets";
import type { Change } from "@/lib/audit/record/event-input";
import type { Tx } from "@/lib/db/client";
import type { SourceSettings } from "@/lib/db/schema/gurus";
import { refuse } from "@/lib/platform/errors";
import { branchesOf, ifTag, readHeads } from "./git/branches";

/** What a person chooses of a repository, as the form gives it. */
export interface ChosenSettings {
  branches: string[];
  include: string[];
  exclude: string[];
  /** As `{NAME}` or bare. */
  secret?: string | undefined;
}

/**
 * What a person has chosen, as the source keeps it. The secret is held until the transaction ends.
 * @throws Refusal when the guru has no such secret
 */
export async function settingsChosen(
  tx: Tx,
  guruId: string,
  { branches, include, exclude, secret }: ChosenSettings,
): Promise<SourceSettings> {
  return {
    ...(branches.length > 0 ? { branches } : {}),
    ...(include.length > 0 ? { include } : {}),
    ...(exclude.length > 0 ? { exclude } : {}),
    ...(secret ? { secret: await heldSecret(tx, guruId, secret) } : {}),
  };
}

/** What a person chose of a source, and nothing of what was found out about it since. */
export function chosenOf(settings: SourceSettings): ChosenSettings {
  const { include = [], exclude = [], secret } = settings;
  return { branches: [...branchesOf(settings)], include, exclude, secret };
}

/** Each choice that differs, before and after; a secret by its name alone. */
export function settingsChanges(before: SourceSettings, after: SourceSettings): Change[] {
  const [was, is] = [chosenOf(before), chosenOf(after)];
  return (["branches", "include", "exclude", "secret"] as const).flatMap((field) =>
    JSON.stringify(was[field]) === JSON.stringify(is[field])
      ? []
      : [{ field, before: was[field] ?? null, after: is[field] ?? null }],
  );
}

/** A new choice with what still holds of what was found out. */
export function withFoundOut(before: SourceSettings, chosen: SourceSettings): SourceSettings {
  const { commit, isTag, heads, unreached } = before;
  const sameBranches = JSON.stringify(branchesOf(before)) === JSON.stringify(branchesOf(chosen));
  const read = readHeads(before);
  return {
    ...chosen,
    // A commit alone is that of the branch that is chosen: of another choice it is kept with its name.
    ...(sameBranches && heads === undefined && commit !== undefined
      ? { commit, ...ifTag(isTag) }
      : read.length > 0
        ? { heads: [...read] }
        : {}),
    ...(unreached === undefined ? {} : { unreached }),
  };
}

/** What stands in the field may be the token itself: then it is neither looked up nor repeated. */
async function heldSecret(tx: Tx, guruId: string, text: string): Promise<string> {
  const name = secretNameOf(text) ?? secretNameOf(`{${text}}`);
  const held = name !== null && (await holdSecret(tx, guruId, name));
  if (name !== null && held) return name;
  const message =
    "This guru has no such secret. Store the token under Secrets, then write that secret's name here, such as {GIT_TOKEN}.";
  throw refuse("invalid", message, { fieldErrors: { secret: [message] } });
}
