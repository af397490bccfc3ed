import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "./bytes";
import {
  CompactRange,
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from "./merkle";
import { NaiveTree } from "./merkle-for-tests";
import "./node-primitives";

// The test tree of the Certificate Transparency project, which implementations of RFC 6962 share.
const entries = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const node = {
  leaf1: "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
  leaf4: "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  two3: "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
  four5: "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
  six7: "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
  four7: "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
};
const inclusion: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [0, 8, [node.leaf1, node.two3, node.four7]],
  [5, 8, [node.leaf4, node.six7, roots[4] ?? ""]],
  [2, 3, [roots[2] ?? ""]],
  [1, 5, [roots[1] ?? "", node.two3, node.leaf4]],
];
const consistency: [from: number, to: number, path: string[]][] = [
  [1, 1, []],
  [1, 8, [node.leaf1, node.two3, node.four7]],
  [6, 8, [node.four5, node.six7, roots[4] ?? ""]],
  [2, 5, [node.two3, node.leaf4]],
];

const tree = new NaiveTree(entries.map((entry) => leafHash(fromHex(entry))));
const root = (size: number) => fromHex(roots[size] ?? "");

describe("the test tree of RFC 6962", () => {
  it("has the known root at each size from 0 to 8, by nodes and by growth", async () => {
    const range = new CompactRange();
    for (let size = 0; size <= 8; size += 1) {
      expect(toHex(await rootOf(tree.read, size))).toBe(roots[size]);
      expect(toHex(range.root())).toBe(roots[size]);
      const next = tree.leaves[size];
      if (next) range.append(next);
    }
  });

  it.each(inclusion)("has the known audit path of leaf %i in %i leaves", async (index, size, path) => {
    const made = await inclusionProof(tree.read, index, size);
    expect(made.map(toHex)).toEqual(path);
    const leaf = tree.leaves[index] ?? new Uint8Array();
    expect(verifyInclusion({ leaf, index, size, root: root(size), path: path.map(fromHex) })).toBe(true);
  });

  it.each(consistency)("has the known consistency proof from %i to %i", async (from, to, path) => {
    expect((await consistencyProof(tree.read, from, to)).map(toHex)).toEqual(path);
    const proof = { from, to, fromRoot: root(from), toRoot: root(to), path: path.map(fromHex) };
    expect(verifyConsistency(proof)).toBe(true);
  });
});
