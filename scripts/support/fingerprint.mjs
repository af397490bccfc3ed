import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { root } from "./paths.mjs";

const sources = [
  "app",
  "components",
  "lib",
  "scripts",
  "drizzle",
  "public",
  "middleware.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

/** What a build puts among its sources. */
const made = [path.join("public", "widget.js")];

/** Hash of everything that the build is made from. Tests are no part of it. */
export function sourcesHash() {
  const hash = createHash("sha256");
  for (const name of sources) addTo(hash, name);
  return hash.digest("hex");
}

/** Hash of the lock file and of what else decides which packages fit. */
export function lockHash() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\0`);
  return hash.update(readFileSync(path.join(root, "package-lock.json"))).digest("hex");
}

/** @returns {string} the text of a marker file, empty when there is none */
export function readMarker(file) {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

function addTo(hash, name) {
  const file = path.join(root, name);
  if (!existsSync(file) || /\.test\.tsx?$/.test(name) || made.includes(name)) return;
  if (statSync(file).isDirectory()) {
    for (const entry of readdirSync(file).sort()) addTo(hash, path.join(name, entry));
    return;
  }
  const content = readFileSync(file);
  hash.update(`${name}\0${content.length}\0`).update(content);
}
