import "server-only";
import type { Principal } from "@/lib/access/principal";
import { readDb } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";
import { type Refusal, refuse } from "@/lib/platform/errors";
import { readCodeFile } from "./engine/read";
import type { CodeFile, VisibleRepository } from "./engine/types";
import { visibleRepositories } from "./repositories";
import { isNamed } from "./revisions";
import type { FileAsked } from "./schemas";

/**
 * A file by the name of its repository. Several gurus may have the same one: the first that has the file is it.
 * @throws Refusal `not_found`, by its field error `path` or `revision` for what is not there
 */
export async function findFile(
  { repository: name, path, revision }: Omit<FileAsked, "door">,
  principal: Principal,
): Promise<CodeFile & { repository: VisibleRepository }> {
  const visible = await visibleRepositories(readDb(), principal);
  const named = visible.filter((repository) => repository.name === name && repository.generation > 0);
  // What no database can hold names no file.
  if (named.length === 0 || cleanText(path) !== path) throw noFile();
  const having = named.filter((repository) => hasRevision(repository, revision));
  if (having.length === 0) throw noRevision();
  for (const repository of having) {
    const file = await readCodeFile(readDb(), repository, path, revision ?? null);
    if (file) return { ...file, repository };
  }
  throw noFile();
}

/** A branch that is searched, by its name, its commit or a tag at it. */
function hasRevision({ branches }: VisibleRepository, revision: string | null | undefined): boolean {
  if (!revision || revision === "HEAD") return true;
  return branches.some((branch) => isNamed(branch, revision));
}

function noFile(): Refusal {
  const message = "There is no such file, or you may not see it.";
  return refuse("not_found", message, { fieldErrors: { path: [message] } });
}

function noRevision(): Refusal {
  const message = "No branch or tag of this name is searched in this repository.";
  return refuse("not_found", message, { fieldErrors: { revision: [message] } });
}
