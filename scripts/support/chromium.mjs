import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { runChild, StepError } from "./child.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Finds a Chromium for the browser tests, and installs one where that is possible.
 * @returns {Promise<string>} path of the executable
 * @throws {StepError} when there is none
 */
export async function ensureChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isExecutable(given)) return given;
    throw new StepError("CHROMIUM_PATH names no executable file. Correct it, or leave it unset.");
  }
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) await installChromium();
  const installed = findChromium();
  if (installed) return installed;
  throw new StepError(
    "The browser tests need Chromium. Install it (Debian: apt-get install chromium), or set CHROMIUM_PATH.",
  );
}

function findChromium() {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/bin", "/snap/bin"].filter(
    Boolean,
  );
  const files = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  files.push(
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  );
  return files.find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: either way no browser
  }
}

async function installChromium() {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends"];
  await runChild("Looking for Chromium", "apt-get", ["update"], { env });
  const { code, output } = await runChild(
    "Installing Chromium",
    "apt-get",
    [...install, "chromium", "fonts-liberation"],
    { env },
  );
  if (code !== 0) process.stderr.write(output.slice(-2000));
  // The fonts of the design, where the system has them: screenshots then look as designed.
  for (const font of ["fonts-inter", "fonts-jetbrains-mono"])
    await runChild("", "apt-get", [...install, font], { env });
}
