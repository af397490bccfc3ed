import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { setRuntime } from "@/lib/platform/runtime";
import { bundleScript } from "@/tests/support/child-script";
import { product } from "../network-sources/harness";

const made: string[] = [];

/** To be called at the top of a file: after each test the indexer is the product's own again. */
export function withIndexers(): void {
  afterEach(() => {
    setRuntime(product.runtime);
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}

/** As an installation whose indexer is this script; null = it is missing. */
export async function withIndexer(source: string | null): Promise<void> {
  const productDir = mkdtempSync(path.join(tmpdir(), "gurulog-indexer-"));
  mkdirSync(path.join(productDir, "build"));
  if (source !== null) {
    const script = await bundleScript(source);
    copyFileSync(script.file, path.join(productDir, "build", "index-code.mjs"));
    script.remove();
  }
  setRuntime({ ...product.runtime, productDir });
  made.push(productDir);
}
