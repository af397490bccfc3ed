import { describe, expect, it } from "vitest";
import type { FolderEntry } from "@/lib/features/code-search/engine/types";
import { foldersAbove, treeRows } from "./viewer-tree-rows";

const folder = (path: string): FolderEntry => ({ kind: "folder", path, name: path.split("/").at(-1) ?? "" });
const file = (path: string): FolderEntry => ({ ...folder(path), kind: "file" });

describe("the tree", () => {
  const folders = new Map([
    ["", [folder("constructor"), folder("src"), file("a.ts")]],
    ["src", [folder("src/in"), file("src/b.ts")]],
    ["src/in", [file("src/in/c.ts")]],
  ]);

  it("shows what is open, each with its level and its place among its neighbours", () => {
    const rows = treeRows(folders, new Set(["", "src", "constructor"]));
    expect(rows.map((row) => [row.entry.path, row.level, row.position, row.size])).toEqual([
      ["constructor", 1, 1, 3],
      ["src", 1, 2, 3],
      ["src/in", 2, 1, 2],
      ["src/b.ts", 2, 2, 2],
      ["a.ts", 1, 3, 3],
    ]);
  });

  it("needs every folder on the way to a file", () => {
    expect(foldersAbove("src/in/c.ts")).toEqual(["", "src", "src/in"]);
    expect(foldersAbove("a.ts")).toEqual([""]);
    expect(foldersAbove("")).toEqual([""]);
  });
});
