import "server-only";
import { runtime } from "@/lib/platform/runtime";
import type { VisibleRepository } from "../engine/types";

/** Builds the viewer's addresses; the routes give it, as pages are theirs. */
export interface Addresses {
  blob: (file: { repository: string; revision: string | null; path: string }) => string;
  tree: (folder: { repository: string; revision: string | null }) => string;
}

/** What a file is called by: nothing, where it is of the default branch. */
export function revisionOf(repository: VisibleRepository, branches: readonly string[]): string | null {
  const isDefault = repository.branches.some((b) => b.isDefault && branches.includes(b.name));
  return isDefault ? null : (branches[0] ?? null);
}

/** The viewer's address of a file, in full. */
export function fileUrl(
  addresses: Addresses,
  repository: VisibleRepository,
  revision: string | null,
  path: string,
): string {
  return `${runtime().baseUrl}${addresses.blob({ repository: repository.name, revision, path })}`;
}

/** Where the repository is shown: at its host, if that has pages, else in the viewer. */
export function repositoryUrl(addresses: Addresses, { webUrl, name }: VisibleRepository): string {
  return webUrl ?? `${runtime().baseUrl}${addresses.tree({ repository: name, revision: null })}`;
}

const hosts: Record<string, string> = {
  "github.com": "github",
  "gitlab.com": "gitlab",
  "bitbucket.org": "bitbucketCloud",
  "codeberg.org": "gitea",
  "gitea.com": "gitea",
  "dev.azure.com": "azuredevops",
};

/** What kind of host a repository comes from, as far as its name tells. */
export function codeHostType({ name }: VisibleRepository): string {
  return hosts[name.split("/", 1)[0] ?? ""] ?? "genericGitHost";
}

/** A repository as the answers' `repositoryInfo` has it. */
export function repositoryInfo(repository: VisibleRepository) {
  const { number, name, webUrl } = repository;
  return {
    id: number,
    codeHostType: codeHostType(repository),
    name,
    displayName: name.split("/").slice(1).join("/") || name,
    ...(webUrl === null ? {} : { webUrl }),
  };
}
