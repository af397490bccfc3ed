import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { CompactRange } from "../merkle";
import { closedRuns, hashBytes, openRuns, type Run, tileSize } from "./stored-keys";

/** Where the stored nodes differ from what the leaves come to. */
export interface OddNode {
  level: number;
  index: number;
  why: "differs" | "missing" | "extra";
}

export interface RebuiltTree {
  /** Leaves without a gap from the first on. */
  size: number;
  root: Uint8Array;
  /** Root at each size that was asked for and is there. */
  roots: Map<number, Uint8Array>;
  /** Places that should be there and are not: from, up to but not including. */
  gaps: { from: number; to: number }[];
  /** Places beyond the head's size. */
  beyond: number;
  /** Whether leaves stand there without their hash. */
  isUnhashed: boolean;
  nodes: OddNode[];
}

const subrootLevel = 8;
const subrootsOfTile = 4;
const tilesAtATime = 64;

interface Options {
  /** Size of the log as its head says. */
  size: number;
  /** Sizes whose root is wanted. */
  wanted: ReadonlySet<number>;
  /** Leaves to take in place of the stored ones, by index. */
  replaced?: ReadonlyMap<number, Uint8Array>;
  onProgress?: (leaves: number) => void;
}

/** Builds the tree again from the stored leaves, from the first to the last, and compares every node that is stored. */
export async function rebuildTree(sql: AnySql, orgId: number, options: Options): Promise<RebuiltTree> {
  const building = new Building(options, await storedNodesOf(sql, orgId));
  const tiles = Math.floor(options.size / tileSize);
  for (let tile = 0; tile < tiles; tile += tilesAtATime) {
    const numbers = Array.from({ length: Math.min(tilesAtATime, tiles - tile) }, (_, i) => tile + i);
    const [runs, subroots] = await Promise.all([
      closedRuns(sql, orgId, numbers),
      subrootsOf(sql, orgId, numbers),
    ]);
    for (const run of runs) building.add(run, subroots.get(run.first / tileSize) ?? null);
  }
  for (const run of await openRuns(sql, orgId)) building.add(run, null);
  const [more] = await sql<{ beyond: string }[]>`
    select count(*)::text as beyond from audit_tile where org_id = ${orgId} and tile >= ${String(tiles)}`;
  return building.finish(Number(more?.beyond) * tileSize);
}

async function storedNodesOf(sql: AnySql, orgId: number): Promise<Map<string, Buffer>> {
  const rows = await sql<{ level: number; index: string; hash: Buffer }[]>`
    select level, index::text, hash from audit_node where org_id = ${orgId}`;
  return new Map(rows.map(({ level, index, hash }) => [`${level} ${index}`, hash]));
}

async function subrootsOf(sql: AnySql, orgId: number, tiles: number[]): Promise<Map<number, Buffer | null>> {
  const rows = await sql<{ tile: string; subroots: Buffer | null }[]>`
    select tile::text, subroots from audit_tile where org_id = ${orgId} and tile = any (${tiles.map(String)}::bigint[])`;
  return new Map(rows.map(({ tile, subroots }) => [Number(tile), subroots]));
}

class Building {
  readonly #range = new CompactRange();
  readonly #roots = new Map<number, Uint8Array>();
  readonly #nodes: OddNode[] = [];
  readonly #gaps: { from: number; to: number }[] = [];
  #isUnhashed = false;
  /** The place after the last that was seen, gaps or not. */
  #next = 0;
  #beyond = 0;

  constructor(
    readonly options: Options,
    /** By "level index"; what was met is taken out. */
    readonly stored: Map<string, Buffer>,
  ) {
    this.#noteRoot();
  }

  add(run: Run, subroots: Buffer | null): void {
    const count = run.keys.length / 24;
    if (run.first > this.#next) this.#gaps.push({ from: this.#next, to: run.first });
    this.#next = Math.max(this.#next, run.first + count);
    this.#beyond += Math.max(0, run.first + count - Math.max(run.first, this.options.size));
    if (!run.hashes) this.#isUnhashed = true;
    if (!run.hashes || run.first !== this.#range.size) return; // after a gap no root can be known
    for (let leaf = 0; leaf < count && this.#range.size < this.options.size; leaf++) {
      const index = run.first + leaf;
      const hash = run.hashes.subarray(leaf * hashBytes, (leaf + 1) * hashBytes);
      this.#append(this.options.replaced?.get(index) ?? hash, run.first, subroots);
    }
    this.options.onProgress?.(count);
  }

  #append(hash: Uint8Array, first: number, subroots: Buffer | null): void {
    this.#range.append(hash, (node, made) => {
      if (node.level < subrootLevel) return;
      const { level, index } = node;
      if (level === subrootLevel) {
        const at = (index - (first / tileSize) * subrootsOfTile) * hashBytes;
        // A quarter of a closed tile; the open one has none yet.
        if (first + tileSize > this.options.size || first % tileSize !== 0) return;
        this.#compare({ level, index }, made, subroots?.subarray(at, at + hashBytes));
      } else if (level >= 10) {
        const key = `${level} ${index}`;
        this.#compare({ level, index }, made, this.stored.get(key));
        this.stored.delete(key);
      }
    });
    this.#noteRoot();
  }

  #compare(node: { level: number; index: number }, made: Uint8Array, stored: Buffer | undefined): void {
    if (!stored || stored.length === 0) this.#nodes.push({ ...node, why: "missing" });
    else if (!stored.equals(made)) this.#nodes.push({ ...node, why: "differs" });
  }

  #noteRoot(): void {
    if (this.options.wanted.has(this.#range.size)) this.#roots.set(this.#range.size, this.#range.root());
  }

  finish(beyondTiles: number): RebuiltTree {
    const { size } = this.options;
    if (this.#next < size) this.#gaps.push({ from: this.#next, to: size });
    if (this.#gaps.length === 0)
      for (const key of this.stored.keys()) {
        const [level, index] = key.split(" ").map(Number);
        this.#nodes.push({ level: level ?? 0, index: index ?? 0, why: "extra" });
      }
    return {
      size: this.#range.size,
      root: this.#range.root(),
      roots: this.#roots,
      gaps: this.#gaps,
      beyond: this.#beyond + beyondTiles,
      isUnhashed: this.#isUnhashed,
      nodes: this.#nodes,
    };
  }
}
