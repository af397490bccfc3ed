import "server-only";
import type { CodeHead } from "@/lib/db/schema/code";
import { branchesOf, readHeads } from "../git/branches";
import { bringUpToDate, copyWith } from "../git/bring-up-to-date";
import { remoteRepository } from "../git/remote-repository";
import { chosenFiles, type RepositoryFile } from "../git/repository-files";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { type DefaultHead, defaultOf, headsInOrder } from "./heads";
import type { CodeRun } from "./runs";

/** What an index is to be made of. */
export interface HeadsWithFiles {
  /** Our copy, which has the commits of all of them. */
  folder: string;
  heads: CodeHead[];
  files: RepositoryFile[];
  /** What is not among them, in words for a person. */
  note: string | null;
}

/**
 * The files of the branches that the source was read of, and of the host's default branch, which code is searched in unless
 * another is asked for. One that cannot be read, such as one that is too large, takes no other with it.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function filesOfHeads(run: CodeRun, signal: AbortSignal): Promise<HeadsWithFiles> {
  const byDefault = await defaultOf(run, signal);
  try {
    return { ...(await filesWith(run, byDefault, signal)), note: null };
  } catch (error) {
    if (!(error instanceof Unreadable) || byDefault === null || byDefault.isRead) throw error;
    const note = `Its default branch ${byDefault.branch} is not searched. ${error.message}`;
    return { ...(await filesWith(run, null, signal)), note };
  }
}

async function filesWith(
  run: CodeRun,
  byDefault: DefaultHead | null,
  signal: AbortSignal,
): Promise<Omit<HeadsWithFiles, "note">> {
  const { settings } = run.source;
  const copy = await copyOf(run, byDefault, signal);
  const heads = headsInOrder(readHeads(settings), copy.byDefault);
  const commits = heads.map(({ commit }) => commit);
  const { files } = await chosenFiles(copy.folder, commits, { ...settings, withEmpty: true }, signal);
  return { folder: copy.folder, heads, files };
}

/**
 * Our copy with the commits that the source was read at and that of the default branch; fetched where it is on another
 * machine, was removed, or has that branch not yet.
 */
async function copyOf(
  { source }: CodeRun,
  byDefault: DefaultHead | null,
  signal: AbortSignal,
): Promise<{ folder: string; byDefault: DefaultHead | null }> {
  const read = readHeads(source.settings);
  const apart = byDefault?.isRead === false ? byDefault : null;
  const copy = await copyWith(source.id, apart ? [...read, apart] : read, signal);
  if (copy) return { folder: copy.folder, byDefault };
  const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
  const branches = branchesOf(source.settings);
  const withDefault = apart !== null;
  const { heads } = await bringUpToDate({ dataSourceId: source.id, remote, branches, withDefault, signal });
  // It may have moved since it was asked for.
  const newest = apart && { ...apart, commit: heads.at(-1)?.commit ?? apart.commit };
  const fetched = await copyWith(source.id, newest ? [...read, newest] : read, signal);
  if (fetched) return { folder: fetched.folder, byDefault: newest ?? byDefault };
  throw new NotNow(
    "The repository has changed since it was read. Its code is indexed once it has been read again.",
  );
}
