import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { toHex } from "./bytes";
import {
  CompactRange,
  consistencyProof,
  inclusionProof,
  type NodeId,
  rootNodes,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "./merkle";
import { flipped, NaiveTree, someLeaves } from "./merkle-for-tests";
import "./node-primitives";

const most = 300;
const tree = new NaiveTree(someLeaves(most));
const root = (size: number) => tree.mth(0, size);
const leafAt = (index: number) => tree.leaves[index] ?? new Uint8Array();
/** Every pair in the long run; every ninth in the short one, which meets each size and each index. */
const everyFlip = process.env.GURULOG_TEST_FULL ? 1 : 9;

describe(`at every size to ${most}`, () => {
  it("the root is that of the definition, from nodes, by growth, and by growth begun anywhere", async () => {
    const range = new CompactRange();
    for (let size = 0; size <= most; size += 1) {
      expect(toHex(await rootOf(tree.read, size))).toBe(toHex(root(size)));
      expect(toHex(range.root())).toBe(toHex(root(size)));
      const taken = new CompactRange(size, await tree.read(rootNodes(size)));
      for (let next = size; next < Math.min(size + 5, most); next += 1) taken.append(leafAt(next));
      expect(toHex(taken.root())).toBe(toHex(root(taken.size)));
      if (size < most) range.append(leafAt(size));
    }
  });

  it("growth tells each complete node once, lowest first, with its hash", () => {
    const seen = new Map<string, string>();
    const range = new CompactRange();
    for (const [at, leaf] of tree.leaves.entries()) {
      const told: NodeId[] = [];
      range.append(leaf, (node, hash) => {
        told.push(node);
        expect(seen.has(`${node.level}/${node.index}`)).toBe(false);
        seen.set(`${node.level}/${node.index}`, toHex(hash));
      });
      expect(told.map((n) => n.level)).toEqual(told.map((_, level) => level));
      expect(told.every((n) => (n.index + 1) * 2 ** n.level === at + 1)).toBe(true);
    }
    let expected = 0;
    for (let level = 0; 2 ** level <= most; level += 1) {
      for (let index = 0; (index + 1) * 2 ** level <= most; index += 1) {
        expected += 1;
        const hash = tree.mth(index * 2 ** level, (index + 1) * 2 ** level);
        expect(seen.get(`${level}/${index}`)).toBe(toHex(hash));
      }
    }
    expect(seen.size).toBe(expected);
  });

  it("each leaf has the audit path of the definition, and it verifies", async () => {
    let proofs = 0;
    for (let size = 1; size <= most; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const path = await inclusionProof(tree.read, index, size);
        const defined = tree.path(index, 0, size);
        if (
          path.length !== defined.length ||
          path.some((h, i) => h !== defined[i] && toHex(h) !== toHex(defined[i] ?? h))
        )
          expect.fail(`path of ${index} in ${size}`);
        if (!verifyInclusion({ leaf: leafAt(index), index, size, root: root(size), path }))
          expect.fail(`inclusion of ${index} in ${size}`);
        proofs += 1;
      }
    }
    expect(proofs).toBe((most * (most + 1)) / 2);
  });

  it("each pair of sizes has the consistency proof of the definition, and it verifies", async () => {
    let proofs = 0;
    for (let to = 0; to <= most; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const path = await consistencyProof(tree.read, from, to);
        const defined = from === 0 ? [] : tree.proof(from, to);
        if (path.map(toHex).join() !== defined.map(toHex).join()) expect.fail(`proof from ${from} to ${to}`);
        if (!verifyConsistency({ from, to, fromRoot: root(from), toRoot: root(to), path }))
          expect.fail(`consistency of ${from} and ${to}`);
        proofs += 1;
      }
    }
    expect(proofs).toBe(((most + 1) * (most + 2)) / 2);
  });

  it("one changed bit of leaf, path or root, another index or size, a longer or shorter path: none verifies", async () => {
    let tries = 0;
    for (let size = 1; size <= most; size += 1) {
      for (let index = size % everyFlip; index < size; index += everyFlip) {
        const path = tree.path(index, 0, size);
        const good = { leaf: leafAt(index), index, size, root: root(size), path };
        const bit = (size * 31 + index * 7) % 256;
        const bad = [
          { ...good, leaf: flipped(good.leaf, bit) },
          { ...good, root: flipped(good.root, bit) },
          ...path.map((hash, at) => ({ ...good, path: path.with(at, flipped(hash, bit)) })),
          ...[index - 1, index + 1, index ^ 1, size].map((other) => ({ ...good, index: other })),
          { ...good, path: [...path, good.root] },
          ...(path.length === 0 ? [] : [path.slice(1), path.slice(0, -1)]).map((p) => ({ ...good, path: p })),
          { ...good, path: [...path.slice(0, -1), new Uint8Array(31)] },
        ];
        for (const b of bad) {
          tries += 1;
          if (verifyInclusion(b)) expect.fail(`a changed proof of ${index} in ${size} verifies`);
        }
      }
    }
    expect(tries).toBeGreaterThan(10_000);
  });

  it("another size changes the answer, unless the path and root are those of that size too", () => {
    let tries = 0;
    for (let size = 2; size <= most; size += 1) {
      for (let index = size % everyFlip; index < size; index += everyFlip) {
        const path = tree.path(index, 0, size);
        for (const other of [size - 1, size + 1, size * 2]) {
          if (other <= index) continue;
          tries += 1;
          // The root of the other size is another one: whoever holds a checkpoint has both from it.
          if (
            other <= most &&
            verifyInclusion({ leaf: leafAt(index), index, size: other, root: root(other), path })
          )
            expect.fail(`the proof of ${index} in ${size} verifies in ${other}`);
        }
      }
    }
    expect(tries).toBeGreaterThan(1_000);
  });

  it("one changed bit of a consistency proof or of either root, or a longer or shorter path: none verifies", () => {
    let tries = 0;
    for (let to = 2; to <= most; to += 1) {
      for (let from = 1 + (to % everyFlip); from < to; from += everyFlip) {
        const path = tree.proof(from, to);
        const good = { from, to, fromRoot: root(from), toRoot: root(to), path };
        const bit = (to * 31 + from * 7) % 256;
        const bad = [
          { ...good, fromRoot: flipped(good.fromRoot, bit) },
          { ...good, toRoot: flipped(good.toRoot, bit) },
          ...path.map((hash, at) => ({ ...good, path: path.with(at, flipped(hash, bit)) })),
          { ...good, path: [...path, good.toRoot] },
          { ...good, path: path.slice(1) },
          { ...good, path: path.slice(0, -1) },
          { ...good, path: [] },
          { ...good, from: from + 1 },
          { ...good, from: from - 1 },
        ];
        for (const b of bad) {
          tries += 1;
          if (verifyConsistency(b)) expect.fail(`a changed proof from ${from} to ${to} verifies`);
        }
      }
    }
    expect(tries).toBeGreaterThan(10_000);
  });
});

describe("the verifiers", () => {
  it("say no, and throw nothing, to whatever comes", () => {
    const hash = fc.uint8Array({ minLength: 0, maxLength: 40 });
    const number = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constantFrom(-1, 0, 1, 2 ** 53, Number.NaN, Infinity),
    );
    fc.assert(
      fc.property(number, number, hash, hash, fc.array(hash, { maxLength: 70 }), (a, b, x, y, path) => {
        expect(verifyInclusion({ leaf: x, index: a, size: b, root: y, path })).toBe(
          a === 0 && b === 1 && path.length === 0 && toHex(x) === toHex(y),
        );
        const isTrivial =
          path.length === 0 && Number.isSafeInteger(a) && a > 0 && a === b && toHex(x) === toHex(y);
        expect(verifyConsistency({ from: a, to: b, fromRoot: x, toRoot: y, path })).toBe(isTrivial);
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it("know a power of two at sizes where a logarithm is rounded", () => {
    // The smallest case: a tree of 2^49 + 1 leaves under one of 2^49 + 2, of which only the right edge matters.
    const left = tree.mth(0, 256);
    const [a, b] = [leafAt(0), leafAt(1)];
    const big = 2 ** 49;
    const edge = new NaiveTree([a, b]);
    const from = new CompactRange(big + 1, [left, a]).root();
    const to = new CompactRange(big + 2, [left, edge.mth(0, 2)]).root();
    expect(
      verifyConsistency({ from: big + 1, to: big + 2, fromRoot: from, toRoot: to, path: [a, b, left] }),
    ).toBe(true);
    expect(verifyConsistency({ from: big, to: big + 1, fromRoot: left, toRoot: from, path: [a] })).toBe(true);
  });

  it("proofs of what is not in the tree are refused", () => {
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [-1, 5],
      [0.5, 3],
      [Number.NaN, 3],
      [0, 2 ** 53],
    ])
      expect(() => inclusionProof(tree.read, index ?? 0, size ?? 0)).toThrow(RangeError);
    for (const [from, to] of [
      [3, 2],
      [-1, 2],
      [0.5, 2],
      [1, Number.POSITIVE_INFINITY],
    ])
      expect(() => consistencyProof(tree.read, from ?? 0, to ?? 0)).toThrow(RangeError);
    expect(() => new CompactRange(3, [leafAt(0)])).toThrow(RangeError);
  });
});
