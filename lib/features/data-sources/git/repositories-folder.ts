import "server-only";
import path from "node:path";
import { runtime } from "@/lib/platform/runtime";

/** Folder of the copies of all repositories: bare, the newest commit of each branch alone. */
export const repositoriesFolder = () => path.resolve(runtime().dataDir, "repositories");

/** A copy has the branches that were chosen, or the default one where code is searched in that too. */
export type CopyKind = "chosen" | "default";
const ends = { chosen: ".git", default: "-default.git" } as const;

/** Where a repository's copy is. Each kind has one of its own: what goes wrong with the one leaves the other whole. */
export const copyFolder = (dataSourceId: string, kind: CopyKind = "chosen") =>
  path.join(repositoriesFolder(), `${dataSourceId}${ends[kind]}`);

/** @returns the source's id, or what else stands there */
export const sourceOfCopy = (name: string) => name.replace(/(?:-default)?\.git$/, "");
