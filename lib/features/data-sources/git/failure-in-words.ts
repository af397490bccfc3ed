import "server-only";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { GitFailed, isSpent } from "./git-process";

interface Asked {
  /** Of the repository, as git was given it. */
  url: string;
  /** None = the host's default. */
  branches: readonly string[];
}

/**
 * What a person is told of a git that failed on the way to a host.
 * @returns Unreadable where it is the repository's fault, NotNow where nobody knows; any other error as it is
 */
export function failureInWords(error: unknown, asked: Asked): unknown {
  if (!(error instanceof GitFailed)) return error;
  const said = ownWords(error.said, asked);
  if (/couldn't find remote ref|remote branch .* not found/i.test(said))
    return asked.branches.length > 1 ? goneMeanwhile() : noSuchBranch(asked.branches[0]);
  if (/authentication failed|could not read (username|password)|returned error: 40[13]/i.test(said))
    return new Unreadable(
      "The host does not let this repository be read with what it was given. Check the token.",
    );
  if (/redirect|returned error: 3\d\d/i.test(said))
    return new Unreadable("The host sends git on to another address than it said before. Give the last one.");
  if (isSpent(error)) return takesTooLong();
  if (/out of memory|cannot allocate|mmap failed/i.test(said))
    return new Unreadable("Reading this repository takes more memory than is allowed.");
  if (/bad object|corrupt|invalid index-pack|inflate|pack has|fsck/i.test(said))
    return new Unreadable("What the host sends is no sound repository.");
  return new NotNow("The repository could not be fetched from its host.");
}

export const noSuchBranch = (branch: string | undefined) =>
  new Unreadable(
    branch === undefined
      ? "This repository is empty: it has no commit yet."
      : `The repository has no branch or tag ${branch}.`,
  );

/** Several are fetched of those alone that the host has just listed. */
const goneMeanwhile = () => new NotNow("A branch went away while the repository was fetched.");

export const takesTooLong = () =>
  new Unreadable("Reading this repository takes more time than is allowed, and so it is not read.");

/**
 * git's message without the names that others chose, which may hold any of the words that are looked for, and without what
 * the server had it say.
 */
function ownWords(said: string, { url, branches }: Asked): string {
  const host = new URL(url).hostname.replaceAll(/[.[\]]/g, "\\$&");
  const refs = branches.flatMap((branch) => [`refs/heads/${branch}`, `refs/tags/${branch}`]);
  // The longest first: one may be the beginning of another.
  const names = [url, ...refs.toSorted((a, b) => b.length - a.length)];
  const own = said.replaceAll(/^(remote|fatal: remote error): .*$/gm, "");
  return names
    .reduce((text, name) => text.replaceAll(name, ""), own)
    .replaceAll(new RegExp(`(?<![\\w-])${host}(?![\\w-])`, "g"), "");
}
