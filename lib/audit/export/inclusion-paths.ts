import "server-only";
import "@/lib/audit/proof/node-primitives";
import { type NodeId, type NodeReader, nodeHash } from "@/lib/audit/proof/merkle";
import { tileLevel } from "@/lib/audit/proof/stored-nodes";

const tileLeaves = 2 ** tileLevel;

/** A sibling on the way up, kept while it stays the same: the higher, the longer. */
interface Held {
  index: number;
  base64: string;
}

/**
 * Inclusion paths (RFC 6962 section 2.1.1) of many leaves of one tree, asked for in ascending order. Each tile is read
 * once; of the rest of the tree one node a level is held, so memory does not grow with the number of leaves.
 */
export class InclusionPaths {
  readonly #read: NodeReader;
  readonly #size: number;
  /** By level, the last node: over the leaves that are left there, complete or not. Never its own sibling's. */
  #edge: string[] | undefined;
  #tile = -1;
  /** Complete nodes within the tile, by level from the leaves. */
  #inTile: Uint8Array[][] = [];
  #held: (Held | undefined)[] = [];
  #last = -1;

  /**
   * @param read nodes of the stored tree; asked for a tile's leaves and what is above it at once
   * @param size leaves of the tree that the paths lead to the root of
   */
  constructor(read: NodeReader, size: number) {
    this.#read = read;
    this.#size = size;
  }

  /**
   * @returns the path from the leaf upwards, hashes in base64
   * @throws RangeError for an index that is not in the tree or not above the last one
   */
  async pathOf(index: number): Promise<string[]> {
    if (!(index > this.#last && index < this.#size))
      throw new RangeError(`no leaf ${index} after ${this.#last} in a tree of ${this.#size}`);
    this.#last = index;
    this.#edge ??= await this.#rightEdge();
    const tile = Math.floor(index / tileLeaves);
    if (tile !== this.#tile) await this.#enter(tile);
    const path: string[] = [];
    for (let level = 0, at = index; this.#lastAt(level) > 0; level += 1, at = Math.floor(at / 2)) {
      const sibling = siblingOf(at);
      if (sibling <= this.#lastAt(level)) path.push(this.#hashOf(level, sibling));
    }
    return path;
  }

  /** Index of the last node of a level. */
  #lastAt(level: number): number {
    return Math.floor((this.#size - 1) / 2 ** level);
  }

  #hashOf(level: number, index: number): string {
    if (index === this.#lastAt(level)) return this.#edge?.[level] ?? "";
    const held = this.#held[level];
    if (held?.index === index) return held.base64;
    const base64 = toBase64(this.#inTile[level]?.[index - this.#tile * 2 ** (tileLevel - level)]);
    this.#held[level] = { index, base64 };
    return base64;
  }

  /** The last node of each level from the leaf up, of the complete nodes to its left. */
  async #rightEdge(): Promise<string[]> {
    const wanted: NodeId[] = [{ level: 0, index: this.#lastAt(0) }];
    for (let level = 0; this.#lastAt(level) > 0; level += 1)
      if (this.#lastAt(level) % 2 === 1) wanted.push({ level, index: this.#lastAt(level) - 1 });
    const [leaf, ...lefts] = await this.#read(wanted);
    if (!leaf) throw new Error("the tree has no last leaf");
    const edge = [leaf];
    for (let level = 0, hash = leaf; this.#lastAt(level) > 0; level += 1) {
      const left = this.#lastAt(level) % 2 === 1 ? lefts.shift() : undefined;
      hash = left ? nodeHash(left, hash) : hash;
      edge.push(hash);
    }
    return edge.map(toBase64);
  }

  /** Reads a tile's leaves, and the siblings above it that are not those of the tile before. */
  async #enter(tile: number): Promise<void> {
    const first = tile * tileLeaves;
    const leaves = Array.from({ length: Math.min(tileLeaves, this.#size - first) }, (_, i) => ({
      level: 0,
      index: first + i,
    }));
    const above: NodeId[] = [];
    for (let level = tileLevel, at = tile; this.#lastAt(level) > 0; level += 1, at = Math.floor(at / 2)) {
      const index = siblingOf(at);
      if (index < this.#lastAt(level) && this.#held[level]?.index !== index) above.push({ level, index });
    }
    const hashes = await this.#read([...leaves, ...above]);
    for (const [i, { level, index }] of above.entries())
      this.#held[level] = { index, base64: toBase64(hashes[leaves.length + i]) };
    let nodes = hashes.slice(0, leaves.length);
    this.#inTile = [nodes];
    while (nodes.length > 1) {
      nodes = pairs(nodes);
      this.#inTile.push(nodes);
    }
    this.#tile = tile;
  }
}

function siblingOf(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1;
}

/** The complete nodes of the level above. */
function pairs(nodes: Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i + 1 < nodes.length; i += 2) {
    const [left, right] = [nodes[i], nodes[i + 1]];
    if (left && right) above.push(nodeHash(left, right));
  }
  return above;
}

function toBase64(hash: Uint8Array | undefined): string {
  if (!hash) throw new Error("the tree lacks a node that it must have");
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString("base64");
}
