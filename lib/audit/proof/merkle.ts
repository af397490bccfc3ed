import { concatBytes, sameBytes } from "./bytes";
import { sha256 } from "./primitives";

/**
 * The tree of RFC 6962 section 2.1 (the same in RFC 9162). A node is named by its level, 0 for leaves, and its index in
 * that level; only nodes over a complete power of two of leaves have a name, and these never change as the log grows.
 * Sizes and indexes are numbers: exact to 2^53.
 */
export interface NodeId {
  level: number;
  index: number;
}

/** Leaves from `lo` up to, not including, `hi`. */
interface Range {
  lo: number;
  hi: number;
}

/** Reads the hashes of complete nodes, in the order asked for. */
export type NodeReader = (nodes: NodeId[]) => Promise<Uint8Array[]>;

const zero = Uint8Array.of(0);
/** What a node is the hash of; one for all, as a verification hashes a million of them. */
const pair = new Uint8Array(65);
pair[0] = 1;

/** The root of the empty tree. */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array());

export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(zero, entry));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  // A proof's path may hold anything: only hashes fit.
  if (left.length !== 32 || right.length !== 32) return sha256(concatBytes(pair.subarray(0, 1), left, right));
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

/** The largest power of two below `n`; n > 1. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** A size or an index: what a number holds exactly. */
function isSize(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** A proof comes from outside; a "hash" of another length has no place in a tree. */
function areHashes(path: Uint8Array[]): boolean {
  return path.every((hash) => hash.length === 32);
}

/** The complete nodes that a range is made of, from the left. The range must begin where one of its size may begin. */
function nodesOf({ lo, hi }: Range): NodeId[] {
  const nodes: NodeId[] = [];
  let at = lo;
  while (at < hi) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= hi) {
      level += 1;
      width *= 2;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The hash over complete nodes of falling size: from the right, as the RFC splits at the largest power of two. */
function fold(hashes: Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (!last) return emptyRoot();
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

async function hashesOf(read: NodeReader, ranges: Range[]): Promise<Uint8Array[]> {
  const parts = ranges.map(nodesOf);
  const hashes = await read(parts.flat());
  let at = 0;
  return parts.map((nodes) => {
    at += nodes.length;
    return fold(hashes.slice(at - nodes.length, at));
  });
}

/** The nodes whose fold is the root of the tree of the first `size` leaves. */
export function rootNodes(size: number): NodeId[] {
  return nodesOf({ lo: 0, hi: size });
}

export async function rootOf(read: NodeReader, size: number): Promise<Uint8Array> {
  return fold(await read(rootNodes(size)));
}

/** PATH(m, D[n]) of RFC 6962 section 2.1.1 as ranges, from the leaf upwards. */
function inclusionRanges(index: number, range: Range): Range[] {
  const n = range.hi - range.lo;
  if (n === 1) return [];
  const middle = range.lo + split(n);
  return index < middle
    ? [...inclusionRanges(index, { lo: range.lo, hi: middle }), { lo: middle, hi: range.hi }]
    : [...inclusionRanges(index, { lo: middle, hi: range.hi }), { lo: range.lo, hi: middle }];
}

/** SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2 as ranges. */
function consistencyRanges(m: number, range: Range, whole: boolean): Range[] {
  const n = range.hi - range.lo;
  if (m === n) return whole ? [] : [range];
  const k = split(n);
  const middle = range.lo + k;
  return m <= k
    ? [...consistencyRanges(m, { lo: range.lo, hi: middle }, whole), { lo: middle, hi: range.hi }]
    : [...consistencyRanges(m - k, { lo: middle, hi: range.hi }, false), { lo: range.lo, hi: middle }];
}

/**
 * The audit path that shows a leaf to be in the tree of `size` leaves, from the leaf upwards.
 * @throws RangeError unless 0 ≤ index < size
 */
export function inclusionProof(read: NodeReader, index: number, size: number): Promise<Uint8Array[]> {
  if (!isSize(index) || !isSize(size) || index >= size)
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  return hashesOf(read, inclusionRanges(index, { lo: 0, hi: size }));
}

/**
 * The proof that the tree of `to` leaves begins with the tree of `from` leaves. Empty when they are equal or `from` is 0.
 * @throws RangeError unless 0 ≤ from ≤ to
 */
export function consistencyProof(read: NodeReader, from: number, to: number): Promise<Uint8Array[]> {
  if (!isSize(from) || !isSize(to) || from > to)
    throw new RangeError(`a tree of ${to} does not begin with one of ${from}`);
  if (from === 0 || from === to) return Promise.resolve([]);
  return hashesOf(read, consistencyRanges(from, { lo: 0, hi: to }, true));
}

/** Checks an audit path; RFC 9162 section 2.1.3.2. */
export function verifyInclusion(proof: {
  leaf: Uint8Array;
  index: number;
  size: number;
  root: Uint8Array;
  path: Uint8Array[];
}): boolean {
  const { index, size, path } = proof;
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes(path)) return false;
  let fn = index;
  let sn = size - 1;
  let hash = proof.leaf;
  for (const sibling of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && sameBytes(hash, proof.root);
}

/** Checks a consistency proof; RFC 9162 section 2.1.4.2, and the two cases that need none. */
export function verifyConsistency(proof: {
  from: number;
  to: number;
  fromRoot: Uint8Array;
  toRoot: Uint8Array;
  path: Uint8Array[];
}): boolean {
  const { from, to, fromRoot, toRoot } = proof;
  if (!isSize(from) || !isSize(to) || from > to || !areHashes(proof.path)) return false;
  if (from === 0) return proof.path.length === 0 && sameBytes(fromRoot, emptyRoot());
  if (from === to) return proof.path.length === 0 && sameBytes(fromRoot, toRoot);
  // A logarithm would round: 2^52 + 1 is no power of two, and its log2 is 52.
  const isPowerOfTwo = from === 1 || split(from) * 2 === from;
  const path = isPowerOfTwo ? [fromRoot, ...proof.path] : proof.path;
  const first = path[0];
  if (!first) return false;
  let fn = from - 1;
  let sn = to - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  let fr = first;
  let sr = first;
  for (const sibling of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(sibling, fr);
      sr = nodeHash(sibling, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sr, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && sameBytes(fr, fromRoot) && sameBytes(sr, toRoot);
}

/** The right edge of a growing tree: enough to append and to know the root, in memory that grows with the logarithm. */
export class CompactRange {
  #hashes: Uint8Array[];
  #size: number;

  /** @param hashes those of `rootNodes(size)` */
  constructor(size = 0, hashes: Uint8Array[] = []) {
    if (hashes.length !== rootNodes(size).length)
      throw new RangeError("the hashes are not those of this size");
    this.#size = size;
    this.#hashes = [...hashes];
  }

  get size(): number {
    return this.#size;
  }

  /** @param completed is told each node that the leaf completes, lowest first, the leaf itself included */
  append(leaf: Uint8Array, completed?: (node: NodeId, hash: Uint8Array) => void): void {
    let hash = leaf;
    let index = this.#size;
    let level = 0;
    completed?.({ level, index }, hash);
    while (index % 2 === 1) {
      const left = this.#hashes.pop();
      if (!left) throw new Error("unreachable: the range has lost a node");
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
      level += 1;
      completed?.({ level, index }, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Uint8Array {
    return fold(this.#hashes);
  }
}
