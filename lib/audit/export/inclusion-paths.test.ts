import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inclusionProof, type NodeId, type NodeReader } from "@/lib/audit/proof/merkle";
import { NaiveTree, someLeaves } from "@/lib/audit/proof/merkle-for-tests";
import { propertyRuns } from "@/tests/support/property-runs";
import { InclusionPaths } from "./inclusion-paths";

const all = someLeaves(5_000);

/** The tree of the first leaves, and what was asked of it. */
function tree(size: number): { read: NodeReader; asked: NodeId[] } {
  const { read } = new NaiveTree(all.slice(0, size));
  const asked: NodeId[] = [];
  return {
    asked,
    read: (nodes) => {
      asked.push(...nodes);
      return read(nodes);
    },
  };
}

const base64 = (hashes: Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString("base64"));

async function expectPaths(size: number, indexes: number[]): Promise<void> {
  const { read } = tree(size);
  const paths = new InclusionPaths(read, size);
  for (const index of indexes)
    expect(await paths.pathOf(index)).toEqual(base64(await inclusionProof(read, index, size)));
}

describe("inclusion paths of many leaves", () => {
  it("are those of RFC 6962 at every place of every size up to 70", async () => {
    for (let size = 1; size <= 70; size++)
      await expectPaths(
        size,
        Array.from({ length: size }, (_, i) => i),
      );
  });

  it.each([1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4097])(
    "are right at the edges of tiles, in a tree of %i",
    async (size) => {
      const edges = [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 3071, 3072, 4095, 4096, size - 1];
      await expectPaths(
        size,
        [...new Set(edges)].filter((i) => i < size).sort((a, b) => a - b),
      );
    },
  );

  it("are right for any choice of leaves", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: all.length }),
        fc.uniqueArray(fc.integer({ min: 0, max: all.length - 1 }), { maxLength: 25 }),
        async (size, chosen) => {
          await expectPaths(
            size,
            chosen.filter((i) => i < size).sort((a, b) => a - b),
          );
        },
      ),
      { numRuns: propertyRuns(15) },
    );
  });

  it("read each leaf once, and above the tiles no node twice", async () => {
    const { read, asked } = tree(4_500);
    const paths = new InclusionPaths(read, 4_500);
    for (let index = 0; index < 4_500; index++) await paths.pathOf(index);
    // The last leaf, and what stands to the left of it, are asked for once more at the start: a dozen nodes.
    expect(asked.length).toBeLessThan(4_500 + 5 + 13);
  });

  it("are not given for a leaf beyond the tree, nor backwards", async () => {
    const paths = new InclusionPaths(tree(10).read, 10);
    await paths.pathOf(5);
    for (const index of [10, 5, 4, -1, Number.NaN])
      await expect(paths.pathOf(index)).rejects.toBeInstanceOf(RangeError);
  });
});
