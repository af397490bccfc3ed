import "../node-primitives";
import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { toBase64, utf8 } from "../bytes";
import { CompactRange, inclusionProof, leafHash, type NodeReader, verifyInclusion } from "../merkle";
import { outOfOrder } from "./longest-ascending";
import { PathChecker } from "./path-checker";

function treeOf(size: number): { leaves: Uint8Array[]; root: Uint8Array; read: NodeReader } {
  const leaves = Array.from({ length: size }, (_, i) => leafHash(utf8(`leaf ${i}`)));
  const nodes = new Map<string, Uint8Array>();
  const range = new CompactRange();
  for (const leaf of leaves)
    range.append(leaf, ({ level, index }, hash) => nodes.set(`${level} ${index}`, hash));
  return {
    leaves,
    root: range.root(),
    read: async (wanted) => wanted.map(({ level, index }) => nodes.get(`${level} ${index}`) as Uint8Array),
  };
}

it("many paths in any order are judged as one by one, changed ones too", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 130 }),
      fc.array(
        fc.record({
          at: fc.nat(),
          spoil: fc.option(fc.constantFrom("leaf", "path", "index", "cut"), { nil: null }),
          step: fc.nat(),
        }),
        { maxLength: 40 },
      ),
      async (size, asked) => {
        const { leaves, root, read } = treeOf(size);
        const checker = new PathChecker(size, root);
        for (const { at, spoil, step } of asked) {
          const index = at % size;
          const path = await inclusionProof(read, index, size);
          const leaf = spoil === "leaf" ? leafHash(utf8("another")) : (leaves[index] as Uint8Array);
          if (spoil === "path" && path.length > 0) path[step % path.length] = leafHash(utf8("another"));
          if (spoil === "cut") path.pop();
          const claimed = spoil === "index" ? (index + 1) % size : index;
          const expected = verifyInclusion({ leaf, index: claimed, size, root, path });
          expect(checker.isIncluded(leaf, claimed, path.map(toBase64))).toBe(expected);
        }
      },
    ),
    { numRuns: propertyRuns(60) },
  );
});

it("the fewest places are called out of order", () => {
  expect(outOfOrder([0, 1, 2])).toEqual([]);
  expect(outOfOrder([])).toEqual([]);
  expect(outOfOrder([0, 4, 2, 3, 1, 5])).toEqual([1, 4]);
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (values) => {
      const out = new Set(outOfOrder(values));
      const rest = values.filter((_, i) => !out.has(i));
      expect(rest.every((v, i) => i === 0 || v > (rest[i - 1] as number))).toBe(true);
    }),
    { numRuns: propertyRuns(200) },
  );
});
