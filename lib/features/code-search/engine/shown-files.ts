import "server-only";
import { chunksOf, pathRanges, reachOf } from "./chunks";
import type { Clock } from "./clock";
import type { Finds, Found } from "./found";
import type { IndexReads } from "./index-reads";
import type { SearchOrder } from "./messages";
import { PartText } from "./part-texts";
import type { FoundFile } from "./types";

/** Few: each may be as long as the longest line. */
const partsAtOnce = 128;
/** What the place of a match is reckoned with in an answer. */
const rangeBytes = 100;

/**
 * What is shown of the files; the text around the hits is read where it is not there yet.
 * @param after files that were shown before, and how many bytes they leave to the others
 */
export async function shownFiles(
  reads: IndexReads,
  run: Finds,
  { contextLines, whole, mostBytes: most }: Pick<SearchOrder, "contextLines" | "whole" | "mostBytes">,
  clock: Clock,
  after = { files: 0, bytes: 0 },
): Promise<FoundFile[]> {
  const reading = { after: after.files, mostBytes: most - after.bytes, clock };
  const ofHits = ({ hits }: Found) => hits.map(({ part }) => part);
  const unread = await readParts(reads, run, reading, whole ? allParts : ofHits);
  if (unread) run.cutBefore(unread, "deadline");
  // One part further at most: it has many lines, or a line that is longer than anybody reads.
  if (contextLines > 0 && !whole) {
    const around = (found: Found) => partsAround(found, contextLines);
    // Lines around that there is no time for are left out: what matches is there.
    if (await readParts(reads, run, reading, around)) run.endedBy ??= "deadline";
  }
  const files: FoundFile[] = [];
  let left = reading.mostBytes;
  for (const found of run.found.slice(after.files)) {
    const file = shownFile(found, contextLines, whole);
    left -= sizeOf(file);
    if (left < 0) {
      run.cutBefore(found, "size");
      break;
    }
    files.push(file);
  }
  return files;
}

/** What a file is reckoned with in an answer. */
export function sizeOf({ chunks, content = "" }: FoundFile): number {
  return chunks.reduce(
    (sum, chunk) => sum + chunk.content.length + chunk.matchRanges.length * rangeBytes,
    content.length,
  );
}

/**
 * Reads text for what leaves, file by file; files for which so many bytes do not reach are left out.
 * @returns the first file for which there was no time
 */
async function readParts(
  reads: IndexReads,
  run: Finds,
  { after, mostBytes, clock }: { after: number; mostBytes: number; clock: Clock },
  partsOf: (found: Found) => readonly number[],
): Promise<Found | null> {
  let left = mostBytes;
  const missing = run.found
    .slice(after)
    .flatMap((found) =>
      [...new Set(partsOf(found))]
        .filter((part) => !found.scan.texts.has(part))
        .map((part) => ({ found, part, address: found.scan.files.address(part) })),
    );
  for (let at = 0; at < missing.length; at += partsAtOnce) {
    const those = missing.slice(at, at + partsAtOnce);
    const addresses = those.map(({ address }) => address);
    const read = clock.isOver() ? null : await clock.orOver(reads.parts(addresses, "content"));
    if (!read) return those[0]?.found ?? null;
    const byKey = new Map(read.map((part) => [`${part.segmentId} ${part.ordinal}`, part]));
    for (const { found, part, address } of those) {
      const one = byKey.get(`${address.segmentId} ${address.ordinal}`);
      if (!one) {
        run.isMissing = true;
        continue;
      }
      const text = new PartText(one);
      left -= text.bytes;
      if (left < 0) {
        run.cutBefore(found, "size");
        return null;
      }
      found.scan.texts.set(part, text);
    }
  }
  return null;
}

function allParts({ scan: { files, file } }: Found): number[] {
  const first = files.firstPartOf[file] ?? 0;
  return Array.from({ length: files.partsOf[file] ?? 0 }, (_, n) => first + n);
}

function partsAround({ scan: { files, file, texts }, hits }: Found, contextLines: number): number[] {
  const first = files.firstPartOf[file] ?? 0;
  const last = first + (files.partsOf[file] ?? 0) - 1;
  const wanted: number[] = [];
  for (const [part, text] of texts) {
    const { before, behind } = reachOf(hits, text, contextLines);
    if (before > 0 && part > first) wanted.push(part - 1);
    if (behind > 0 && part < last) wanted.push(part + 1);
  }
  return wanted;
}

function shownFile(
  { repository, scan, hits, pathSpans }: Found,
  contextLines: number,
  whole: boolean,
): FoundFile {
  const { files, file, texts } = scan;
  const path = files.path(file);
  const bits = files.branchesOf[file] ?? 0;
  const inOrder = [...texts].sort(([a], [b]) => a - b);
  return {
    sourceId: repository.sourceId,
    path,
    language: files.language(file),
    branches: repository.branches.flatMap(({ name }, n) => (bits & (1 << n) ? name : [])),
    pathRanges: pathRanges(path, pathSpans),
    chunks: chunksOf(hits, texts, contextLines),
    ...(whole ? { content: inOrder.map(([, { text }]) => text).join("") } : {}),
  };
}
