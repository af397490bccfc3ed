import "server-only";
import { rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { runtime } from "@/lib/platform/runtime";

type Entry = "extract" | "extract-page" | "workbook" | "index-code" | "search-code" | "highlight-code";

const made = new Map<Entry, Promise<string>>();

/**
 * @param entry of `scripts/entries`: documents, web pages, the workbooks of Excel jobs, indexing, searching or colouring code
 * @returns the path of the script that reads apart; where there is no build (tests of the sources) it is bundled now, once
 */
export function readerScript(entry: Entry): Promise<string> {
  const { productDir } = runtime();
  if (productDir !== undefined) return Promise.resolve(path.join(productDir, "build", `${entry}.mjs`));
  const script = made.get(entry) ?? bundled(entry);
  made.set(entry, script);
  return script;
}

async function bundled(entry: Entry): Promise<string> {
  const bundler = pathToFileURL(path.resolve("scripts/support/bundle.mjs")).href;
  const { bundleFiles } = (await import(/* turbopackIgnore: true */ /* @vite-ignore */ bundler)) as {
    bundleFiles: (files: string[], folder: string) => Promise<void>;
  };
  // Inside node_modules, as its packages are looked up from there; of this process alone, as others bundle too.
  const folder = path.resolve("node_modules", ".cache", "gurulog-reading", String(process.pid));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await bundleFiles([path.resolve("scripts", "entries", `${entry}.ts`)], folder);
  return path.join(folder, `${entry}.mjs`);
}
