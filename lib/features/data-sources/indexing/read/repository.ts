import "server-only";
import { z } from "zod";
import { keyGoneInWords, secretValue } from "@/lib/access/secrets";
import { cleanText } from "@/lib/platform/clean-text";
import { sha256 } from "@/lib/platform/crypto";
import { branchesOf, branchNames, ifTag, maySeveral, sameHeads } from "../../git/branches";
import { bringUpToDate, copyWith } from "../../git/bring-up-to-date";
import { linePieces } from "../../git/line-pieces";
import { remoteRepository } from "../../git/remote-repository";
import { chosenFiles, fileTexts } from "../../git/repository-files";
import { lineLink } from "../../git/web-link";
import { type SourceToRead, type TextPiece, Unreadable } from "../text-piece";

/** Files after which a run that crashes can go on. */
const resumeEvery = 50;
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const isTag = z.literal(true).optional();
const file = z.number().int().nonnegative();
const resume = z.union([
  z.object({ heads: z.array(z.object({ branch: z.string().nullable(), commit, isTag })).min(1), file }),
  // Of a source that is read of one branch.
  z
    .object({ commit, isTag, file })
    .transform(({ commit, isTag, file }) => ({ heads: [{ branch: null, commit, ...ifTag(isTag) }], file })),
]);

/**
 * The files of a repository as text, each passage with its path and line, and its branches where there may be several. What was fetched before is not fetched again.
 * @throws Unreadable with the reason in words; NotNow where it may be otherwise in a moment
 */
export async function* readRepository(source: SourceToRead, signal: AbortSignal): AsyncGenerator<TextPiece> {
  const { url, settings } = source;
  if (url === null) throw new Unreadable("This source has no address. Delete it and add it again.");
  yield { text: "", bytes: 0, note: "fetching the repository" };
  const begun = resume.safeParse(source.resumeAt).data;
  const kept = begun ? await copyWith(source.id, begun.heads, signal) : null;
  const { folder, heads } = kept ?? (await fetched(source, url, signal));
  const isOfSeveral = maySeveral(branchesOf(settings));
  const one = { commit: heads[0]?.commit, ...ifTag(heads[0]?.isTag) };
  const place = (done: number) => ({ ...(isOfSeveral ? { heads } : one), file: done });
  // What is kept of the run is of those commits.
  if (begun && !sameHeads(begun.heads, resume.parse(place(0)).heads))
    throw new Unreadable("Reading was broken off, and the repository has changed since. Reindex the source.");
  const commits = heads.map(({ commit }) => commit);
  const { files, sizeBytes } = await chosenFiles(folder, commits, settings, signal);
  if (files.length === 0)
    throw new Unreadable("No file of this repository is chosen. Change the patterns to include and exclude.");
  const read = isOfSeveral ? { heads: [...heads] } : one;
  const digest = sha256(
    isOfSeveral
      ? JSON.stringify(heads.map(({ branch, commit }) => ({ branch, commit })))
      : (one.commit ?? ""),
  );
  const learnt = { ...read, sizeBytes, sha256: digest.toString("hex") };
  yield { text: "", bytes: 0, done: 0, total: files.length, learnt };
  const from = begun?.file ?? 0;
  let bytes = files.slice(0, from).reduce((sum, file) => sum + file.sizeBytes, 0);
  let done = from;
  for await (const { file, text } of fileTexts(folder, files.slice(from), signal)) {
    done += 1;
    bytes += file.sizeBytes;
    const shown = cleanText(file.path, 500);
    const [commit = ""] = file.commits;
    const having = heads.filter((head) => file.commits.includes(head.commit));
    const ofBranch = isOfSeveral ? ` (${branchNames(having)})` : "";
    const about = { bytes, done, total: files.length, note: `file ${count(done)} of ${count(files.length)}` };
    for (const piece of text === null ? [] : linePieces(text)) {
      yield {
        ...about,
        text: piece.text,
        heading: shown,
        url: lineLink(url, { commit, path: file.path, line: piece.line }),
        locator: `${shown}:${piece.line}${ofBranch}`,
        markdown: false,
      };
    }
    if (done % resumeEvery === 0) yield { ...about, text: "", resumeAt: place(done) };
  }
}

async function fetched(source: SourceToRead, url: string, signal: AbortSignal) {
  const remote = await remoteRepository(url, await tokenOf(source), signal);
  return bringUpToDate({ dataSourceId: source.id, remote, branches: branchesOf(source.settings), signal });
}

/** @throws Unreadable when the secret that the source names is gone, or cannot be opened */
export async function tokenOf(source: Pick<SourceToRead, "guruId" | "settings">): Promise<string | null> {
  const { secret } = source.settings;
  if (secret === undefined) return null;
  const value = await secretValue(source.guruId, secret).catch((error: unknown) => {
    const words = keyGoneInWords(error, secret);
    throw words === null ? error : new Unreadable(words);
  });
  if (value === null)
    throw new Unreadable(
      `The secret ${secret} that this source names is not there. Store it again under Secrets.`,
    );
  return value.trim();
}

const count = (n: number) => n.toLocaleString("en-US");
