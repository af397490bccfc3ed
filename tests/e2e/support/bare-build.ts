import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "@playwright/test";

const folders = [".next", "app", "build", "components", "drizzle", "lib", "public", "scripts"];
const files = [
  "middleware.ts",
  "next.config.mjs",
  "package.json",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

/** A copy of the build from which the middleware is taken out, and what starts it. */
export interface BareBuild {
  command: [string, ...string[]];
  remove(): void;
}

export function makeBareBuild(): BareBuild {
  const copy = mkdtempSync(path.join(tmpdir(), "gurulog-bare-"));
  for (const name of folders) cpSync(name, path.join(copy, name), { recursive: true });
  for (const name of files) cpSync(name, path.join(copy, name));
  symlinkSync(path.resolve("node_modules"), path.join(copy, "node_modules"));
  const manifest = path.join(copy, ".next/server/functions-config-manifest.json");
  const functions = JSON.parse(readFileSync(manifest, "utf8")) as { functions: Record<string, unknown> };
  expect(Object.keys(functions.functions)).toEqual(["/_middleware"]);
  writeFileSync(manifest, JSON.stringify({ ...functions, functions: {} }));
  return {
    command: [process.execPath, path.join(copy, "scripts/start.mjs")],
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}
