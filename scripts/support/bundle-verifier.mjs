import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

const folder = path.join(root, "scripts", "verifier");

/**
 * Bundles the one-file verifier: `verify.mjs` for Node, and `verify.html`, a page that needs nothing and may load
 * nothing. Packages are bundled too: neither has anything beside it.
 * @returns {Promise<{ script: string, page: string }>}
 */
export async function makeVerifier() {
  const { build } = await import("esbuild");
  const common = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "esm",
    minify: true,
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  };
  const [forNode, forBrowser, style] = await Promise.all([
    build({
      ...common,
      entryPoints: [path.join(folder, "verifier-for-node.ts")],
      platform: "node",
      target: "node20.19",
      alias: { "server-only": path.join(root, "scripts", "support", "empty-module.mjs") },
    }),
    build({
      ...common,
      entryPoints: [path.join(folder, "verifier-for-browser.ts")],
      platform: "browser",
      format: "iife",
      target: ["chrome107", "firefox115", "safari16"],
    }),
    build({ ...common, entryPoints: [path.join(folder, "verifier.css")], bundle: false }),
  ]);
  const script = `// Verifier of Gurulog's exports. Run: node verify.mjs --help\n${forNode.outputFiles[0].text}`;
  return { script, page: pageOf(forBrowser.outputFiles[0].text, style.outputFiles[0].text) };
}

/** The page allows its own script and style alone, by their hashes, and no address to load from or send to. */
function pageOf(code, style) {
  const inline = code.replaceAll("</script", "<\\/script");
  const policy = `default-src 'none'; script-src ${hashOf(inline)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;
  return readFileSync(path.join(folder, "verifier.html"), "utf8")
    .replace("{policy}", () => policy)
    .replace("<!--style-->", () => `<style>${style}</style>`)
    .replace("<!--script-->", () => `<script>${inline}</script>`);
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Writes both into `build/verifier/`. */
export async function bundleVerifier() {
  const { script, page } = await makeVerifier();
  const target = path.join(root, "build", "verifier");
  mkdirSync(target, { recursive: true });
  writeFileSync(path.join(target, "verify.mjs"), script);
  writeFileSync(path.join(target, "verify.html"), page);
}
