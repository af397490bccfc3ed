import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

/** Bundles each `scripts/entries/<name>.ts` into `build/<name>.mjs`; packages stay in node_modules. */
export async function bundleEntries() {
  const folder = path.join(root, "scripts", "entries");
  const entries = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  rmSync(path.join(root, "build"), { recursive: true, force: true });
  await bundleFiles(entries.map((name) => path.join(folder, name)));
}

/**
 * Bundles each file into `<name>.mjs`, beside what is there.
 * @param {string[]} files
 * @param {string} [folder] `build` by default
 */
export async function bundleFiles(files, folder = path.join(root, "build")) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: files,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    packages: "external",
    alias: { "server-only": path.join(root, "scripts", "support", "empty-module.mjs") },
    jsx: "automatic",
    sourcemap: "linked",
    logLevel: "warning",
  });
}
