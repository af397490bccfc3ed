import { writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

/**
 * Bundles the widget that sites put into their pages: one file without dependencies.
 * @returns {Promise<string>} its text
 */
export async function makeWidget() {
  const { build } = await import("esbuild");
  const made = await build({
    absWorkingDir: root,
    entryPoints: [path.join(root, "scripts", "widget", "widget.ts")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: ["chrome107", "firefox115", "safari16.4"],
    minify: true,
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  });
  return made.outputFiles[0].text;
}

/** Writes it into `public/`, from where it is served; it is made anew with each build and not kept under version control. */
export async function bundleWidget() {
  writeFileSync(path.join(root, "public", "widget.js"), await makeWidget());
}
