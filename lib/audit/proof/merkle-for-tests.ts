import { utf8 } from "./bytes";
import { leafHash, type NodeReader, nodeHash } from "./merkle";
import { sha256 } from "./primitives";

/** The definitions of RFC 6962 section 2.1, word for word and as slow; what the rest is measured against. */
export class NaiveTree {
  #known = new Map<number, Uint8Array>();
  constructor(readonly leaves: Uint8Array[]) {}

  /** MTH(D[lo:hi]) */
  mth(lo: number, hi: number): Uint8Array {
    const key = lo * 1_000_000 + hi;
    const known = this.#known.get(key);
    if (known) return known;
    const n = hi - lo;
    const leaf = this.leaves[lo];
    let hash: Uint8Array;
    if (n === 0) hash = sha256(new Uint8Array());
    else if (n === 1 && leaf) hash = leaf;
    else {
      const k = lo + largestPowerBelow(n);
      hash = nodeHash(this.mth(lo, k), this.mth(k, hi));
    }
    this.#known.set(key, hash);
    return hash;
  }

  /** PATH(m, D[lo:hi]) */
  path(m: number, lo: number, hi: number): Uint8Array[] {
    if (hi - lo === 1) return [];
    const k = largestPowerBelow(hi - lo);
    return m < k
      ? [...this.path(m, lo, lo + k), this.mth(lo + k, hi)]
      : [...this.path(m - k, lo + k, hi), this.mth(lo, lo + k)];
  }

  /** PROOF(m, D[0:n]) */
  proof(m: number, n: number): Uint8Array[] {
    return this.#subproof(m, 0, n, true);
  }

  #subproof(m: number, lo: number, hi: number, whole: boolean): Uint8Array[] {
    const n = hi - lo;
    if (m === n) return whole ? [] : [this.mth(lo, hi)];
    const k = largestPowerBelow(n);
    return m <= k
      ? [...this.#subproof(m, lo, lo + k, whole), this.mth(lo + k, hi)]
      : [...this.#subproof(m - k, lo + k, hi, false), this.mth(lo, lo + k)];
  }

  /** Complete nodes alone, as a store has them; anything else is an error of the caller. */
  readonly read: NodeReader = async (nodes) =>
    nodes.map(({ level, index }) => {
      const lo = index * 2 ** level;
      const hi = lo + 2 ** level;
      if (hi > this.leaves.length) throw new Error(`no node ${level}/${index}`);
      return this.mth(lo, hi);
    });
}

function largestPowerBelow(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}

/** So many different leaves. */
export function someLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => leafHash(utf8(`entry ${i}`)));
}

/** The same bytes but for one bit. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const at = bit % (bytes.length * 8);
  copy[at >> 3] = (copy[at >> 3] ?? 0) ^ (1 << (at & 7));
  return copy;
}
