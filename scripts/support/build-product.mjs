import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { bundleEntries } from "./bundle.mjs";
import { bundleVerifier } from "./bundle-verifier.mjs";
import { bundleWidget } from "./bundle-widget.mjs";
import { runChild, StepError } from "./child.mjs";
import { readMarker, sourcesHash } from "./fingerprint.mjs";
import { commandOf, root } from "./paths.mjs";

const marker = path.join(root, "build", ".gurulog-built");
const buildId = path.join(root, ".next", "BUILD_ID");

/** Builds unless the build is of these very sources. */
export async function ensureBuilt() {
  if (existsSync(buildId) && readMarker(marker) === sourcesHash()) return;
  await buildProduct();
}

/** @throws {StepError} when it does not build; its output has then been shown */
export async function buildProduct() {
  const hash = sourcesHash(); // before: what is edited meanwhile makes the result stale
  rmSync(marker, { force: true });
  const { code, output, seconds } = await runChild(
    "Building",
    process.execPath,
    [...commandOf("next"), "build"],
    {
      env: { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    },
  );
  if (code !== 0) {
    process.stderr.write(output);
    throw new StepError("The build failed (see above).");
  }
  assertAllDynamic();
  try {
    await bundleEntries();
    await bundleVerifier();
    await bundleWidget();
  } catch (error) {
    throw new StepError(`The build failed: ${error.message}`);
  }
  mkdirSync(path.dirname(marker), { recursive: true });
  writeFileSync(marker, `${hash}\n`);
  console.log(`Built in ${Math.round(seconds)} s.`);
}

/**
 * A page made at build time has no nonce, so the browser would refuse its scripts: each must be rendered on request.
 * Files (icons) may be static, and so may Next's last-resort error page, which runs no script of ours.
 */
function assertAllDynamic() {
  const manifest = JSON.parse(readFileSync(path.join(root, ".next", "prerender-manifest.json"), "utf8"));
  const pages = Object.keys(manifest.routes).filter(
    (route) => !/\.\w+$/.test(route) && route !== "/_global-error",
  );
  if (pages.length === 0) return;
  throw new StepError(
    `These pages would be static, without a nonce: ${pages.join(", ")}. Make them dynamic.`,
  );
}
