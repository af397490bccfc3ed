import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "@/lib/audit/proof/bytes";
import { CompactRange } from "@/lib/audit/proof/merkle";
import { someLeaves } from "@/lib/audit/proof/merkle-for-tests";
import { tileBytes } from "@/lib/audit/proof/tile-bytes";
import { tilesOf } from "@/lib/audit/proof/tile-path";
import { sql } from "@/lib/db/client";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

// Beyond 65,536 a tile of level 2 begins.
const size = 67_000;
const closed = Math.floor(size / 1024);
let product: TestProduct;
/** Every complete node by `level/index`. */
const nodes = new Map<string, Uint8Array>();

const hex = (level: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    toHex(nodes.get(`${level}/${from + i}`) ?? new Uint8Array()),
  ).join("");

/** The tables as the sealer leaves them, of leaves that no events stand behind. */
beforeAll(async () => {
  product = await createTestProduct();
  const range = new CompactRange();
  for (const leaf of someLeaves(size))
    range.append(leaf, ({ level, index }, hash) => nodes.set(`${level}/${index}`, hash));
  const tiles = Array.from({ length: closed }, (_, tile) => ({
    hashes: hex(0, tile * 1024, (tile + 1) * 1024),
    subroots: hex(8, tile * 4, (tile + 1) * 4),
  }));
  await product.admin`
    insert into audit_tile (org_id, tile, events, hashes, subroots, span)
    select 7, place - 1, decode(repeat('00', 24576), 'hex'), decode(h, 'hex'), decode(s, 'hex'), '[2026-01-01,2026-01-02)'
    from unnest(${tiles.map((t) => t.hashes)}::text[], ${tiles.map((t) => t.subroots)}::text[]) with ordinality u (h, s, place)`;
  const high = [...nodes].filter(([name]) => Number(name.split("/")[0]) >= 10);
  await product.admin`
    insert into audit_node (org_id, level, index, hash)
    select 7, split_part(n, '/', 1)::int, split_part(n, '/', 2)::bigint, decode(h, 'hex')
    from unnest(${high.map(([name]) => name)}::text[], ${high.map(([, hash]) => toHex(hash))}::text[]) u (n, h)`;
  await product.admin`
    insert into audit_seal_tail (org_id, index, event_id, occurred_at, leaf_hash)
    select 7, ${closed * 1024} + place - 1, gen_random_uuid(), now(), decode(h, 'hex')
    from unnest(${Array.from({ length: size - closed * 1024 }, (_, i) => hex(0, closed * 1024 + i, closed * 1024 + i + 1))}::text[])
      with ordinality u (h, place)`;
});
afterAll(() => product.close());

describe("tiles of a tree of 67,000", () => {
  it("hold, at each level, the nodes that the growth of the tree made", async () => {
    const tiles = tilesOf(size);
    expect(tiles.filter((t) => t.level > 0)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 1, index: 1, width: 5 },
      { level: 2, index: 0, width: 1 },
    ]);
    for (const tile of tiles) {
      const bytes = await tileBytes(sql(), 7, tile, size);
      const first = tile.index * 256;
      expect(toHex(bytes ?? new Uint8Array())).toBe(hex(tile.level * 8, first, first + tile.width));
    }
  });

  it("narrower ones are the beginning of wider ones; beyond the size there is none", async () => {
    for (const tile of [
      { level: 0, index: 3, width: 7 },
      { level: 1, index: 0, width: 255 },
    ]) {
      const whole = await tileBytes(sql(), 7, { ...tile, width: 256 }, size);
      expect(toHex((await tileBytes(sql(), 7, tile, size)) ?? new Uint8Array())).toBe(
        toHex((whole ?? new Uint8Array()).slice(0, tile.width * 32)),
      );
    }
    for (const [tile, at] of [
      [{ level: 2, index: 0, width: 1 }, 65_535],
      [{ level: 1, index: 1, width: 5 }, 66_815],
      [{ level: 0, index: 0, width: 256 }, 255],
      [{ level: 0, index: 0, width: 0 }, size],
      [{ level: 0, index: 0, width: 257 }, size],
      [{ level: 5, index: 0, width: 1 }, size],
    ] as const)
      expect(await tileBytes(sql(), 7, tile, at)).toBeNull();
  });
});
