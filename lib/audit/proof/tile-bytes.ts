import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { concatBytes } from "./bytes";
import { storedNodes } from "./stored-nodes";
import { hashesAt, type Tile, tileWidth } from "./tile-path";

/**
 * The bytes of a tile: its hashes, 32 bytes each, one after the other (C2SP tlog-tiles).
 *
 * @param size leaves of the latest checkpoint; what it does not cover is not given out, as it was not signed for
 * @returns null when the tree of `size` leaves has not all the hashes of the tile
 * @throws when the database lacks a node that this size says is there (a damaged log)
 */
export async function tileBytes(
  sql: AnySql,
  orgId: number,
  { level, index, width }: Tile,
  size: number,
): Promise<Uint8Array | null> {
  const first = index * tileWidth;
  if (width < 1 || width > tileWidth || first + width > hashesAt(level, size)) return null;
  const nodes = Array.from({ length: width }, (_, at) => ({ level: level * 8, index: first + at }));
  return concatBytes(...(await storedNodes(sql, orgId)(nodes)));
}
