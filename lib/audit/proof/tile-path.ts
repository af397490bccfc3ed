/** Hashes of a full tile, 2^8: C2SP tlog-tiles fixes the height. */
export const tileWidth = 256;
const mostLevels = 6;

/** A tile of the C2SP tlog-tiles format. Its hashes are the nodes of tree level 8 × `level` from `index` × 256 on. */
export interface Tile {
  /** 0 to 5. */
  level: number;
  index: number;
  /** Hashes in it: 256 of a full tile, 1 to 255 of a partial one. */
  width: number;
}

/** The path of a tile below the log's address: `tile/<L>/<N>[.p/<W>]`, the index in groups of three digits. */
export function tilePath({ level, index, width }: Tile): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/\d{3}/g) ?? [];
  const name = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${name}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** Reads `<L>/<N>[.p/<W>]`. Null for anything that is not spelt as `tilePath` spells it. */
export function parseTilePath(path: string): Tile | null {
  const [, level, index, width] =
    /^([0-5])\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  if (level === undefined || index === undefined) return null;
  const tile = {
    level: Number(level),
    index: Number(index.replace(/[x/]/g, "")),
    width: width === undefined ? tileWidth : Number(width),
  };
  const isOne = Number.isSafeInteger(tile.index) && tile.width <= tileWidth;
  return isOne && tilePath(tile) === `tile/${path}` ? tile : null;
}

/** The tiles that together hold all hashes of the tree of `size` leaves, each as wide as it is there. */
export function tilesOf(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; level < mostLevels; level += 1) {
    const hashes = hashesAt(level, size);
    for (let index = 0; index * tileWidth < hashes; index += 1)
      tiles.push({ level, index, width: Math.min(tileWidth, hashes - index * tileWidth) });
  }
  return tiles;
}

/** Hashes of a tile level in the tree of `size` leaves: its complete nodes of tree level 8 × `level`. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}
