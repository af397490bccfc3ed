import "server-only";
import { mkdir } from "node:fs/promises";
import { NotNow } from "../indexing/text-piece";
import { branchProblem } from "./branch-name";
import type { Head } from "./branches";
import { failureInWords } from "./failure-in-words";
import { requireGit, runGit } from "./git-process";
import { lineOfRef } from "./remote-heads";
import type { RemoteRepository } from "./remote-repository";
import { repositoriesFolder } from "./repositories-folder";
import { withinTime } from "./within-time";

const askMs = 20_000;
const mostBytes = 64 * 1024;

/**
 * A repository's default branch as its host has it now: its name, null where the host does not say one that can be used,
 * and its commit.
 * @returns null when it has no commit, or there is none
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function defaultHead(remote: RemoteRepository, signal: AbortSignal): Promise<Head | null> {
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
  ).catch((error: unknown) => {
    throw failureInWords(error, { url: remote.url, branches: [] });
  });
  const text = String(told);
  const [, commit] = [...text.matchAll(lineOfRef)].find(([, , ref]) => ref === "HEAD") ?? [];
  if (commit === undefined) return null;
  const [, name] = /(?:^|\n)ref: refs\/heads\/([^\n]+)\tHEAD(?:\n|$)/.exec(text) ?? [];
  return { branch: name !== undefined && branchProblem(name) === null ? name : null, commit };
}
