import "server-only";
import type { CodeHead } from "@/lib/db/schema/code";
import { type Head, ifTag, readHeads } from "../git/branches";
import { defaultHead } from "../git/default-branch";
import { remoteRepository } from "../git/remote-repository";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, Unreadable } from "../indexing/text-piece";
import type { CodeRun } from "./runs";

/** What a default branch is called of which the host does not say its name. */
export const nameless = "HEAD";

/** The host's default branch by name, whether or not the source's passages are of it too. */
export interface DefaultHead {
  branch: string;
  commit: string;
  /** Its commit is the one that the passages are of. */
  isRead: boolean;
}

/**
 * The default branch as its host has it now; of one that was read, the commit that was read.
 * @returns null when the host has none
 * @throws Unreadable or NotNow when the host does not say, and it was not read either
 */
export async function defaultOf(run: CodeRun, signal: AbortSignal): Promise<DefaultHead | null> {
  const { source } = run;
  const read = readHeads(source.settings);
  const ofDefault = read.find(({ branch }) => branch === null);
  const told = await askedDefault(run, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    // It is there, and is called as before: its name can be told another time.
    if (ofDefault && (error instanceof NotNow || error instanceof Unreadable)) return null;
    throw error;
  });
  if (ofDefault) {
    const known = run.heads.find(({ isDefault, branch }) => isDefault && branch !== nameless)?.branch;
    return { branch: told?.branch ?? known ?? nameless, commit: ofDefault.commit, isRead: true };
  }
  if (told === null) return null;
  const branch = told.branch ?? nameless;
  const asRead = read.find((head) => head.branch === branch);
  return { branch, commit: asRead?.commit ?? told.commit, isRead: asRead !== undefined };
}

async function askedDefault({ source }: CodeRun, signal: AbortSignal): Promise<Head | null> {
  const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
  return defaultHead(remote, signal);
}

/**
 * The branches of an index, by name: the default one first, then those that were read.
 * @param byDefault null = without one: then the first that was read stands for it
 */
export function headsInOrder(read: readonly Head[], byDefault: DefaultHead | null): CodeHead[] {
  const named = read.map(({ branch, commit, isTag }) => ({
    ...{ branch: branch ?? byDefault?.branch ?? nameless, commit },
    ...ifTag(isTag),
  }));
  const first =
    byDefault === null
      ? named[0]
      : (named.find(({ branch }) => branch === byDefault.branch) ?? {
          branch: byDefault.branch,
          commit: byDefault.commit,
        });
  const others = named.filter((head) => head !== first);
  return (first ? [first, ...others] : []).map((head) => ({ ...head, isDefault: head === first }));
}
