import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { runtime } from "@/lib/platform/runtime";

/** The one-file verifier: a script for Node, and a page that works when opened as a file. */
export interface VerifierFiles {
  "verify.mjs": Buffer;
  "verify.html": Buffer;
}

let made: Promise<VerifierFiles> | undefined;

/**
 * The verifier that goes along with a verifiable export.
 * @returns the files that the build made; where there is no build (tests of the sources) they are bundled now, once
 * @throws when the build is incomplete
 */
export function verifierFiles(): Promise<VerifierFiles> {
  made ??= load();
  return made;
}

async function load(): Promise<VerifierFiles> {
  const { productDir } = runtime();
  if (productDir === undefined) {
    const maker = pathToFileURL(path.resolve("scripts/support/bundle-verifier.mjs")).href;
    const { makeVerifier } = (await import(/* turbopackIgnore: true */ /* @vite-ignore */ maker)) as {
      makeVerifier: () => Promise<{ script: string; page: string }>;
    };
    const { script, page } = await makeVerifier();
    return { "verify.mjs": Buffer.from(script), "verify.html": Buffer.from(page) };
  }
  const folder = path.join(productDir, "build", "verifier");
  const [script, page] = await Promise.all([
    readFile(path.join(folder, "verify.mjs")),
    readFile(path.join(folder, "verify.html")),
  ]);
  return { "verify.mjs": script, "verify.html": page };
}
