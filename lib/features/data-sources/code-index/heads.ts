import "server-only";
import type { CodeHead } from "@/lib/db/schema/code";
import { type Head, ifTag, readHeads } from "../git/branches";
import { copyWith } from "../git/bring-up-to-date";
import { defaultHead } from "../git/default-branch";
import { remoteRepository } from "../git/remote-repository";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, Unreadable } from "../indexing/text-piece";
import type { CodeRun } from "./runs";

/** What a default branch is called of which the host does not say its name. */
export const nameless = "HEAD";

/** The host's default branch, by name. */
export interface DefaultHead {
  branch: string;
  commit: string;
  /** It is among the branches that answers come from, and its commit is the one that was read. */
  isRead: boolean;
}

/** What is known of the default branch; `told` is left out where the host did not say. */
interface DefaultKnown {
  /** Null = there is none, or it is not known. */
  head: DefaultHead | null;
  told?: string;
  /** Why it is not known, in words for a person. */
  note: string | null;
}

/**
 * The default branch, as its host says; while that does not say, as it was when it was indexed last.
 * @throws NotNow when the host cannot say at the moment, and nothing is known from before
 */
export async function defaultOf(run: CodeRun, signal: AbortSignal): Promise<DefaultKnown> {
  const read = readHeads(run.source.settings);
  try {
    const told = await askedDefault(run.source, signal);
    return { head: headOf(told, read, shownDefault(run)), told: toldText(told, read), note: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof NotNow || error instanceof Unreadable)) throw error;
    const head = await knownBefore(run, signal);
    if (head) return { head, note: null };
    if (error instanceof NotNow) throw error;
    return { head, note: `Which branch is its default could not be asked. ${error.message}` };
  }
}

/** @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment */
export async function askedDefault(
  source: Pick<CodeRun["source"], "url" | "guruId" | "settings">,
  signal: AbortSignal,
): Promise<Head | null> {
  const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
  return defaultHead(remote, signal);
}

/**
 * What a host told of its default branch, as it is kept and compared. The commit of one that is read is looked at with those
 * that are read.
 */
export function toldText(told: Head | null, read: readonly Head[]): string {
  if (told === null) return "";
  const branch = told.branch ?? nameless;
  const isRead = read.some((head) => head.branch === null || head.branch === branch);
  return isRead ? branch : `${branch} ${told.commit}`;
}

/** @param before as it was indexed last */
function headOf(told: Head | null, read: readonly Head[], before: CodeHead | undefined): DefaultHead | null {
  const ofDefault = read.find((head) => head.branch === null);
  if (ofDefault) {
    const { commit } = ofDefault;
    // Where the host has gone on to another, what was read keeps the name that it had.
    const had = before?.commit === commit && told?.commit !== commit ? before.branch : null;
    return { branch: had ?? told?.branch ?? before?.branch ?? nameless, commit, isRead: true };
  }
  if (told === null) return null;
  const branch = told.branch ?? nameless;
  const asRead = read.find((head) => head.branch === branch);
  return { branch, commit: asRead?.commit ?? told.commit, isRead: asRead !== undefined };
}

const shownDefault = (run: CodeRun) => run.heads.find(({ isDefault }) => isDefault);

/** @returns null where nothing is known, or our copy of it is gone */
async function knownBefore(run: CodeRun, signal: AbortSignal): Promise<DefaultHead | null> {
  const read = readHeads(run.source.settings);
  const before = shownDefault(run);
  if (read.some(({ branch }) => branch === null)) return headOf(null, read, before);
  const known = before ? headOf(before, read, before) : null;
  if (!before || known?.isRead) return known;
  for (const kind of ["default", "chosen"] as const)
    if (await copyWith(run.source.id, [before], signal, kind)) return known;
  return null;
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
  const first = byDefault ? named.find(({ branch }) => branch === byDefault.branch) : named[0];
  const apart = byDefault && !first ? { branch: byDefault.branch, commit: byDefault.commit } : first;
  const others = named.filter((head) => head !== first);
  return (apart ? [apart, ...others] : []).map((head) => ({ ...head, isDefault: head === apart }));
}
