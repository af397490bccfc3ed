import { writeFileSync } from "node:fs";
import path from "node:path";
import { readDb } from "@/lib/db/client";
import { searchCode } from "@/lib/features/code-search/engine/search";
import { findFile } from "@/lib/features/code-search/find-file";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { visibleRepositories } from "@/lib/features/code-search/repositories";
import { Refusal } from "@/lib/platform/errors";
import type { TestRepository } from "../network-sources/git-server";
import { member } from "../network-sources/harness";
import { repositoryRow } from "./harness";

export async function repositoryOf(id: string) {
  const all = await visibleRepositories(readDb(), member);
  const found = all.find(({ sourceId }) => sourceId === id);
  if (!found) throw new Error("it is not to be seen");
  return found;
}

/** The paths that a query finds, in the order of the answer. */
export async function found(id: string, query: string): Promise<string[]> {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new Error(parsed.message);
  const repositories = [await repositoryOf(id)];
  const asked = { repositories, matches: 100, contextLines: 0, whole: false, deadlineMs: 10_000 };
  return (await searchCode({ query: parsed.query, ...asked })).files.map((file) => file.path);
}

/** The text of a file at a revision, or what is wrong. */
export async function text(id: string, file: string, revision: string): Promise<string> {
  const { name } = await repositoryOf(id);
  try {
    return (await findFile({ repository: name, path: file, revision }, member)).text;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

export const tagsOf = async (id: string) =>
  (await repositoryRow(id)).tags.map(({ name }: { name: string }) => name);

/** Refs that git itself would not make. */
export function packed(repository: TestRepository, refs: readonly string[]): void {
  const head = "# pack-refs with: peeled fully-peeled sorted \n";
  const sorted = [...refs].sort((a, b) => Buffer.compare(Buffer.from(a.slice(41)), Buffer.from(b.slice(41))));
  writeFileSync(path.join(repository.folder, ".git", "packed-refs"), `${head}${sorted.join("\n")}\n`);
}
