import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runChild, StepError } from "./child.mjs";
import { lockHash, readMarker } from "./fingerprint.mjs";
import { mendPostgresDriver } from "./mend-postgres-driver.mjs";
import { root } from "./paths.mjs";

const oldestNode = [20, 19];
const marker = path.join(root, "node_modules", ".gurulog-installed");

/** @throws {StepError} on a Node that is too old */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const isOldEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (isOldEnough) return;
  throw new StepError(
    `Node ${process.versions.node} is too old: install Node ${oldestNode.join(".")} or newer (24 is best).`,
  );
}

/** Installs the packages of the lock file unless they are there. */
export async function ensureInstalled() {
  const wanted = lockHash();
  if (readMarker(marker) !== wanted) {
    if (!installedAsLocked()) await install();
    writeFileSync(marker, `${wanted}\n`);
  }
  mendPostgresDriver(); // each time: an `npm install` by hand brings the unmended files back
}

async function install() {
  // npm names itself to the scripts it runs; another package manager's `ci` would not read our lock file.
  const npm = process.env.npm_execpath ?? "";
  const [command, args] = /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
  const { code, output, seconds } = await runChild("Installing", command, [
    ...args,
    "ci",
    "--include=dev",
    "--loglevel=error",
  ]);
  if (code !== 0) {
    process.stderr.write(output);
    throw new StepError("Installing the packages failed (see above). Check the network and run it again.");
  }
  console.log(`Installed in ${Math.round(seconds)} s.`);
}

/** True when npm's own note of what it installed agrees with the lock file: someone ran `npm install` or `npm ci`. */
function installedAsLocked() {
  const note = path.join(root, "node_modules", ".package-lock.json");
  if (!existsSync(note)) return false;
  const installed = JSON.parse(readFileSync(note, "utf8")).packages;
  const locked = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(locked).every(([name, entry]) => {
    if (name === "") return true;
    const found = installed[name];
    if (found === undefined) return entry.optional === true; // of another platform
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}
