import "server-only";
import { foldText } from "@/lib/platform/code/fold";
import { bucketOf, readPosting } from "@/lib/platform/code/postings";
import {
  lineBeginKeys,
  lineEndKeys,
  nameBeginKeys,
  speltKeys,
  symbolLiteralKeys,
  symbolNameKey,
  wordKeys,
} from "@/lib/platform/code/trigrams";
import type { KeyNeed } from "../query/pattern";
import type { IndexReads } from "./index-reads";
import { isOfContent, type Matcher, type TreeLeaf } from "./query-tree";
import type { SourceFiles } from "./source-files";

/** Rows of postings that a search aims at, as far as one key of each literal comes to no more; each is some kilobytes. */
const wantedRows = 6_000;
/** Where one key of each literal comes to more than this, some literals are not asked for. */
const mostRows = 4 * wantedRows;
const mostKeysOfLiteral = 24;

/** A byte for each part of a source: 1 = may have it. Null = any may. */
export type PartSet = Uint8Array | null;

export interface IndexCounts {
  lookups: number;
  named: number;
  bytes: number;
}

/** What a leaf needs of the index: keys that all must be there, in alternatives and combinations. */
type Need = { and: Need[] } | { or: Need[] } | { keys: number[] } | null;

/** Which parts may have what each leaf looks for. One query reads all postings that are needed for it. */
export class PartCandidates {
  readonly #needs: Map<TreeLeaf, Need>;
  readonly #buckets = new Map<number, Map<number, Buffer>>();
  readonly #counts: IndexCounts;
  /** Of a segment nothing was there. */
  isMissing = false;

  private constructor(needs: Map<TreeLeaf, Need>, counts: IndexCounts) {
    this.#needs = needs;
    this.#counts = counts;
  }

  static async read(
    reads: Pick<IndexReads, "buckets">,
    sources: readonly SourceFiles[],
    leaves: readonly TreeLeaf[],
    counts: IndexCounts,
  ): Promise<PartCandidates> {
    const segments = sources.flatMap((source) => source.segments);
    const mostLiterals = Math.max(1, Math.floor(mostRows / Math.max(1, segments.length)));
    const wanted = new Map<TreeLeaf, Need>();
    let literals = 0;
    for (const leaf of leaves) {
      const need = withFewLiterals(needOfLeaf(leaf), mostLiterals - literals);
      literals += countLiterals(need);
      wanted.set(leaf, need);
    }
    const perLiteral = Math.floor(wantedRows / Math.max(1, segments.length) / Math.max(1, literals));
    const mostKeys = Math.min(mostKeysOfLiteral, Math.max(1, perLiteral));
    const needs = new Map([...wanted].map(([leaf, need]) => [leaf, withFewKeys(need, mostKeys)]));
    const made = new PartCandidates(needs, counts);
    const keys = new Set([...needs.values()].flatMap(keysOf));
    const segmentIds: number[] = [];
    const buckets: number[] = [];
    for (const { id, buckets: size } of segments) {
      const those = new Set([...keys].map((key) => bucketOf(key, size)));
      for (const bucket of those) {
        segmentIds.push(id);
        buckets.push(bucket);
      }
    }
    if (segmentIds.length === 0) return made;
    counts.lookups += segmentIds.length;
    for (const { segmentId, bucket, data } of await reads.buckets(segmentIds, buckets)) {
      const ofSegment = made.#buckets.get(segmentId) ?? new Map<number, Buffer>();
      ofSegment.set(bucket, data);
      made.#buckets.set(segmentId, ofSegment);
      counts.bytes += data.length;
    }
    if (keys.size > 0) made.isMissing = segments.some(({ id }) => !made.#buckets.has(id));
    return made;
  }

  /** Parts of a source that may have what a leaf looks for. */
  of(leaf: TreeLeaf, source: SourceFiles): PartSet {
    return this.#setOf(this.#needs.get(leaf) ?? null, source);
  }

  #setOf(need: Need, source: SourceFiles): PartSet {
    if (need === null) return null;
    if ("keys" in need) return this.#withKeys(need.keys, source);
    const sets = ("and" in need ? need.and : need.or).map((part) => this.#setOf(part, source));
    if ("and" in need) {
      const known = sets.filter((set) => set !== null);
      return known.reduce<PartSet>((all, set) => (all ? both(all, set) : set), null);
    }
    if (sets.includes(null)) return null;
    return sets.reduce<PartSet>((all, set) => (all && set ? either(all, set) : set), null);
  }

  #withKeys(keys: readonly number[], source: SourceFiles): Uint8Array {
    const counts = new Uint8Array(source.parts);
    for (const { id, buckets, base } of source.segments) {
      const ofSegment = this.#buckets.get(id);
      if (!ofSegment) continue;
      for (const [n, key] of keys.entries()) {
        const data = ofSegment.get(bucketOf(key, buckets));
        const parts = data ? readPosting(data, key) : null;
        // A key that no part has: no part has all.
        if (!parts) break;
        this.#counts.named += parts.length;
        for (const part of parts) if (counts[base + part] === n) counts[base + part] = n + 1;
      }
    }
    for (let part = 0; part < counts.length; part++) counts[part] = counts[part] === keys.length ? 1 : 0;
    return counts;
  }
}

function both(one: Uint8Array, other: Uint8Array): Uint8Array {
  for (let n = 0; n < one.length; n++) one[n] = (one[n] ?? 0) & (other[n] ?? 0);
  return one;
}

function either(one: Uint8Array, other: Uint8Array): Uint8Array {
  for (let n = 0; n < one.length; n++) one[n] = (one[n] ?? 0) | (other[n] ?? 0);
  return one;
}

/** Whether the index can say which parts of texts may have what a leaf looks for. */
export const isNarrowed = (leaf: TreeLeaf): boolean => isOfContent(leaf) && needOfLeaf(leaf) !== null;

function needOfLeaf({ leaf, matcher }: TreeLeaf): Need {
  if (!matcher) return null;
  if (leaf.kind === "sym") return needOfSymbol(matcher);
  return fromPattern(matcher.pattern.spelt ?? matcher.pattern.required, contentKeysOf);
}

/** A need that is neither a combination nor an alternative. */
type LeafNeed = Exclude<KeyNeed, { and: KeyNeed[] } | { or: KeyNeed[] }>;

/** Of texts folded, or as they are spelt. */
function contentKeysOf(need: LeafNeed): number[] {
  if ("literal" in need) return speltKeys(need.literal);
  if ("word" in need) return wordKeys(foldText(need.word));
  if ("lineBegin" in need) return lineBeginKeys(foldText(need.lineBegin));
  return "lineEnd" in need ? lineEndKeys(foldText(need.lineEnd)) : [];
}

/** Of words in names, and of how these end, the index knows nothing. */
function symbolKeysOf(need: LeafNeed): number[] {
  if ("literal" in need) return symbolLiteralKeys(need.literal);
  return "lineBegin" in need ? nameBeginKeys(need.lineBegin) : [];
}

function needOfSymbol({ pattern }: Matcher): Need {
  if (pattern.exactName !== null) return { keys: [symbolNameKey(foldText(pattern.exactName))] };
  return fromPattern(pattern.required, symbolKeysOf);
}

function fromPattern(need: KeyNeed, keysOfLeaf: (need: LeafNeed) => number[]): Need {
  if ("and" in need) {
    // The key of a word says all that those of its text do, but for its capitals.
    const words = need.and.flatMap((part) =>
      "word" in part && keysOfLeaf(part).length > 0 && part.word === foldText(part.word) ? part.word : [],
    );
    const least = need.and.filter((part) => !("literal" in part && words.includes(part.literal)));
    const and = least.map((part) => fromPattern(part, keysOfLeaf)).filter((part) => part !== null);
    return and.length > 0 ? { and } : null;
  }
  if ("or" in need) {
    const or = need.or.map((part) => fromPattern(part, keysOfLeaf));
    return or.length > 0 && or.every((part) => part !== null) ? { or } : null;
  }
  const keys = keysOfLeaf(need);
  return keys.length > 0 ? { keys } : null;
}

function countLiterals(need: Need): number {
  if (need === null) return 0;
  if ("keys" in need) return 1;
  return ("and" in need ? need.and : need.or).reduce((sum, part) => sum + countLiterals(part), 0);
}

function keysOf(need: Need): number[] {
  if (need === null) return [];
  if ("keys" in need) return need.keys;
  return ("and" in need ? need.and : need.or).flatMap(keysOf);
}

/** Of what must all be there, some may go unasked; of alternatives none. */
function withFewLiterals(need: Need, most: number): Need {
  if (need === null || most < 1) return null;
  if ("keys" in need) return need;
  const all = "and" in need ? need.and : need.or;
  const kept: Need[] = [];
  let left = most;
  for (const part of all) {
    const few = withFewLiterals(part, left);
    left -= countLiterals(few);
    if (few !== null) kept.push(few);
    else if ("or" in need) return null;
  }
  if (kept.length === 0) return null;
  return "and" in need ? { and: kept } : { or: kept };
}

/** Of the keys of a long text only some are asked for, from its beginning to its end. */
function withFewKeys(need: Need, most: number): Need {
  if (need === null) return null;
  if ("and" in need) return { and: need.and.map((part) => withFewKeys(part, most)) };
  if ("or" in need) return { or: need.or.map((part) => withFewKeys(part, most)) };
  const { keys } = need;
  if (keys.length <= most) return need;
  const step = most > 1 ? (keys.length - 1) / (most - 1) : 0;
  const few = new Set(Array.from({ length: most }, (_, n) => keys[Math.round(n * step)] ?? 0));
  return { keys: [...few] };
}
