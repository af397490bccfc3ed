import type { FolderEntry } from "@/lib/features/code-search/engine/types";
import type { Folders } from "./viewer-types";

/** A line of the tree; `position` of `size` among those of its folder. */
export interface TreeRow {
  entry: FolderEntry;
  level: number;
  position: number;
  size: number;
}

/** What of the tree is to be seen, from above. */
export function treeRows(folders: Folders, open: ReadonlySet<string>, folder = "", level = 1): TreeRow[] {
  const entries = folders.get(folder) ?? [];
  return entries.flatMap((entry, index) => [
    { entry, level, position: index + 1, size: entries.length },
    ...(entry.kind === "folder" && open.has(entry.path)
      ? treeRows(folders, open, entry.path, level + 1)
      : []),
  ]);
}

/** Every folder on the way to a path, the root first. */
export function foldersAbove(path: string): string[] {
  const parts = path === "" ? [] : path.split("/");
  return ["", ...parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"))];
}
