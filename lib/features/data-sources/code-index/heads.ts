import "server-only";
import type { CodeHead } from "@/lib/db/schema/code";
import { type Head, ifTag, readHeads } from "../git/branches";
import { defaultBranch } from "../git/default-branch";
import { remoteRepository } from "../git/remote-repository";
import { tokenOf } from "../indexing/read/repository";
import type { CodeRun } from "./runs";

/** What a default branch is called of which the host does not say its name. */
const nameless = "HEAD";

/** The branches whose files the source's passages are of, by name; the host's default one, where it is among them, is the first. */
export async function headsOf(run: CodeRun, signal: AbortSignal): Promise<CodeHead[]> {
  const { settings } = run.source;
  const known = run.heads.find(({ isDefault, branch }) => isDefault && branch !== nameless)?.branch;
  const byDefault = (await toldDefault(run, signal)) ?? known ?? nameless;
  return inOrder(readHeads(settings), byDefault);
}

function inOrder(heads: readonly Head[], byDefault: string): CodeHead[] {
  const named = heads.map(({ branch, commit, isTag }) => ({
    ...{ branch: branch ?? byDefault, commit },
    ...ifTag(isTag),
  }));
  const first = named.find(({ branch }) => branch === byDefault) ?? named[0];
  const others = named.filter((head) => head !== first);
  return (first ? [first, ...others] : []).map((head) => ({ ...head, isDefault: head === first }));
}

/** @returns null when the host does not say: its name can be told another time */
async function toldDefault({ source }: CodeRun, signal: AbortSignal): Promise<string | null> {
  try {
    const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
    return await defaultBranch(remote, signal);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
