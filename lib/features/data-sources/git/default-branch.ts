import "server-only";
import { mkdir } from "node:fs/promises";
import { NotNow } from "../indexing/text-piece";
import { branchProblem } from "./branch-name";
import { requireGit, runGit } from "./git-process";
import type { RemoteRepository } from "./remote-repository";
import { repositoriesFolder } from "./repositories-folder";
import { withinTime } from "./within-time";

const askMs = 20_000;
const mostBytes = 64 * 1024;

/**
 * What a repository's default branch is called.
 * @returns null when the host does not say
 * @throws when it cannot be asked
 */
export async function defaultBranch(remote: RemoteRepository, signal: AbortSignal): Promise<string | null> {
  const folder = repositoriesFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await requireGit(folder);
  const late = () =>
    new NotNow("The repository's host took too long to say what its default branch is called.");
  const told = await withinTime({ ms: askMs, signal, late }, (limited) =>
    runGit(
      ["ls-remote", "--quiet", "--symref", "--", remote.url, "HEAD"],
      { folder, signal: limited, ...remote.run },
      mostBytes,
    ),
  );
  const [, name] = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(String(told)) ?? [];
  return name !== undefined && branchProblem(name) === null ? name : null;
}
