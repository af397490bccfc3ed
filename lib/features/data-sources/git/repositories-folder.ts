import "server-only";
import path from "node:path";
import { runtime } from "@/lib/platform/runtime";

/** Folder of the copies of all repositories: bare, the newest commit of each branch alone. */
export const repositoriesFolder = () => path.resolve(runtime().dataDir, "repositories");
