import "server-only";
import { rm } from "node:fs/promises";
import type { CodeHead } from "@/lib/db/schema/code";
import { branchesOf, readHeads } from "../git/branches";
import { bringUpToDate, copyWith } from "../git/bring-up-to-date";
import { remoteRepository } from "../git/remote-repository";
import { type CopyKind, copyFolder } from "../git/repositories-folder";
import { chosenFiles, type RepositoryFile } from "../git/repository-files";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { type DefaultHead, defaultOf, headsInOrder, nameless } from "./heads";
import type { CodeRun } from "./runs";

/** Runs for which the default branch is waited for. */
const patience = 4;

/** A file with the copy that has it. */
export interface FoundFile extends RepositoryFile {
  folder: string;
}

/** What an index is to be made of. */
interface HeadsWithFiles {
  heads: CodeHead[];
  files: FoundFile[];
  /** What is not among them, in words for a person. */
  note: string | null;
  /** Of the default branch; left out where the host did not say. */
  told?: string | undefined;
}

/**
 * The files of the branches that the source was read of, and of the host's default branch, in which code is searched unless
 * another is asked for. One that cannot be read, such as one that is too large, takes no other with it.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function filesOfHeads(run: CodeRun, signal: AbortSignal): Promise<HeadsWithFiles> {
  const read = readHeads(run.source.settings);
  const chosen = await filesAt(run, await copyOfChosen(run, signal), read, signal);
  const { head, note, told } = await defaultOf(run, signal);
  if (head === null || head.isRead) {
    // One that was of no branch that is read may be it now.
    await rm(copyFolder(run.source.id, "default"), { recursive: true, force: true });
    return { heads: headsInOrder(read, head), files: chosen, note, told };
  }
  try {
    const apart = await filesOfDefault(run, head, signal);
    // What was fetched may be newer than what the host told.
    const toldNow = told === undefined ? told : `${head.branch} ${apart.head.commit}`;
    const files = joined(chosen, apart.files);
    return { heads: headsInOrder(read, apart.head), files, note, told: toldNow };
  } catch (error) {
    const isForGood = error instanceof Unreadable;
    // A host that breaks off each time may let the others be read.
    if (!isForGood && !(error instanceof NotNow && run.attempt > patience)) throw error;
    const reason = `Its default branch ${head.branch} is not searched. ${error.message}`;
    return {
      heads: headsInOrder(read, null),
      files: chosen,
      note: reason,
      told: isForGood ? told : undefined,
    };
  }
}

/** What both have as it is, is one. */
function joined(some: readonly FoundFile[], others: readonly FoundFile[]): FoundFile[] {
  const keyOf = ({ blob, path }: RepositoryFile) => `${blob} ${path}`;
  const files = new Map(some.map((file) => [keyOf(file), file]));
  for (const file of others) {
    const same = files.get(keyOf(file));
    const commits = [...new Set([...(same?.commits ?? []), ...file.commits])];
    files.set(keyOf(file), { ...(same ?? file), commits });
  }
  return [...files.values()];
}

async function filesAt(
  { source }: CodeRun,
  folder: string,
  heads: readonly { commit: string }[],
  signal: AbortSignal,
): Promise<FoundFile[]> {
  const commits = heads.map(({ commit }) => commit);
  const { files } = await chosenFiles(folder, commits, { ...source.settings, withEmpty: true }, signal);
  return files.map((file) => ({ ...file, folder }));
}

async function filesOfDefault(run: CodeRun, head: DefaultHead, signal: AbortSignal) {
  for (const kind of ["chosen", "default"] as const) {
    const copy = await copyWith(run.source.id, [head], signal, kind);
    if (copy) return { head, files: await filesAt(run, copy.folder, [head], signal) };
  }
  // One without a name is fetched as what the host says is its default.
  const branches = head.branch === nameless ? [] : [head.branch];
  const { folder, heads } = await fetched(run, "default", branches, signal);
  const newest = { ...head, commit: heads[0]?.commit ?? head.commit };
  return { head: newest, files: await filesAt(run, folder, [newest], signal) };
}

async function fetched(
  { source }: CodeRun,
  copy: CopyKind,
  branches: readonly string[],
  signal: AbortSignal,
) {
  const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
  return bringUpToDate({ dataSourceId: source.id, remote, branches, copy, signal });
}

/** Our copy with the commits that the source was read at; fetched where it is on another machine, or was removed. */
async function copyOfChosen(run: CodeRun, signal: AbortSignal): Promise<string> {
  const { id, settings } = run.source;
  const read = readHeads(settings);
  const copy = await copyWith(id, read, signal);
  if (copy) return copy.folder;
  // The choice that cannot be read is not what it was read of.
  if (run.source.status === "FAIL")
    throw new NotNow(
      "What was read of it before is not here any more. Its code is indexed once it can be read again.",
    );
  await fetched(run, "chosen", branchesOf(settings), signal);
  const again = await copyWith(id, read, signal);
  if (again) return again.folder;
  throw new NotNow(
    "The repository has changed since it was read. Its code is indexed once it has been read again.",
  );
}
