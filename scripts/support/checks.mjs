import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensureBuilt } from "./build-product.mjs";
import { runChild, StepError } from "./child.mjs";
import { ensureChromium } from "./chromium.mjs";
import { commandOf, root } from "./paths.mjs";

const fewestModules = 60;
/** What is told of a failure at the end of the run; all of it stands where it happened. */
const reasonLines = 8;
const reasonWidth = 300;

/** @typedef {{ passed: number, failed: number, skipped?: number, note?: string, failures?: string[] }} Result */
/** @typedef {{ name: string, needs?: string, run: () => Promise<Result> }} Check */

/** @param {{ full: boolean, faultsOnly: boolean }} options */
export function checks({ full, faultsOnly }) {
  const env = full ? { GURULOG_TEST_FULL: "1" } : {};
  const faults = ["--config", "tests/faults/vitest.config.ts"];
  /** @type {Check[]} */
  const all = [
    { name: "format and lint", run: () => plain(commandOf("@biomejs/biome", "biome"), ["check", "."]) },
    { name: "types", run: types },
    { name: "import rules", run: importRules },
    { name: "unused code", run: () => plain(commandOf("knip"), ["--no-progress"]) },
    { name: "unit and integration", run: () => unit(env) },
    { name: "build", run: build },
    { name: "browser", needs: "build", run: () => browser(env) },
    ...(full
      ? [{ name: "matrix without middleware", needs: "build", run: () => browser(env, bareMatrix) }]
      : []),
    { name: "bench", needs: "build", run: bench },
    { name: "faults", needs: "build", run: () => unit(env, faults) },
  ];
  return faultsOnly ? all.filter(({ name }) => name === "build" || name === "faults") : all;
}

/** One command that counts as one check; it is heard only when it fails. */
async function plain(command, args) {
  const { code, output } = await runChild("", process.execPath, [...command, ...args]);
  if (code === 0) return { passed: 1, failed: 0 };
  process.stdout.write(output);
  return { passed: 0, failed: 1 };
}

async function types() {
  const routes = await plain(commandOf("next"), ["typegen"]);
  return routes.failed ? routes : plain(commandOf("typescript", "tsc"), ["--noEmit"]);
}

/** A parser that cannot read our files reports no violation: the number of modules seen counts too. */
async function importRules() {
  const folders = ["app", "components", "lib", "scripts", "middleware.ts"];
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  const { stdout, output } = await runChild("", process.execPath, [
    ...commandOf("dependency-cruiser", "depcruise"),
    ...args,
  ]);
  const summary = parseJson(stdout)?.summary;
  if (summary === undefined) {
    process.stdout.write(output);
    return { passed: 0, failed: 1 };
  }
  const errors = summary.violations.filter(({ rule }) => rule.severity === "error");
  for (const { rule, from, to } of errors) console.log(`${rule.name}: ${from} → ${to}`);
  const isBlind = summary.totalCruised < fewestModules;
  if (isBlind)
    console.log(`Only ${summary.totalCruised} modules were seen, ${fewestModules} at least are there.`);
  const failed = errors.length > 0 || isBlind ? 1 : 0;
  return { passed: 1 - failed, failed, note: `${summary.totalCruised} modules` };
}

async function unit(env, further = []) {
  return withReport(async (file) => {
    const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...further];
    const { code } = await runChild("", process.execPath, [...commandOf("vitest"), ...args], {
      env,
      show: true,
    });
    const report = parseJson(readText(file));
    const passed = report?.numPassedTests ?? 0;
    const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
    // A file that cannot be loaded has no failed test of its own, nor has a run that broke off.
    const brokenFiles = (report?.testResults ?? []).filter(
      (f) => f.status === "failed" && f.assertionResults.length === 0,
    );
    const failures = (report?.testResults ?? []).flatMap((f) =>
      f.status !== "failed"
        ? []
        : f.assertionResults.length === 0
          ? [f.name]
          : f.assertionResults
              .filter((a) => a.status === "failed")
              .map((a) => withReason(a.fullName, a.failureMessages?.[0])),
    );
    return {
      passed,
      skipped,
      failures,
      failed: atLeastOne((report?.numFailedTests ?? 0) + brokenFiles.length, code, passed),
    };
  });
}

async function build() {
  await ensureBuilt();
  return { passed: 1, failed: 0 };
}

/** Every action and route once more, against a build from which the middleware is taken out. */
const bareMatrix = {
  env: { GURULOG_WITHOUT_MIDDLEWARE: "1" },
  args: ["--no-deps", "--project=journeys", "matrix-actions", "matrix-routes"],
};

async function browser(env, more = { env: {}, args: [] }) {
  const chromium = await ensureChromium();
  return withReport(async (file) => {
    const { code } = await runChild(
      "",
      process.execPath,
      [...commandOf("@playwright/test", "playwright"), "test", "--reporter=line,json", ...more.args],
      {
        env: { ...env, ...more.env, CHROMIUM_PATH: chromium, PLAYWRIGHT_JSON_OUTPUT_FILE: file },
        show: true,
      },
    );
    const report = parseJson(readText(file));
    const stats = report?.stats;
    const passed = stats?.expected ?? 0;
    // A test that passes only on a second try is not to be relied on.
    const failed = (stats?.unexpected ?? 0) + (stats?.flaky ?? 0);
    const failures = specsOf(report?.suites ?? []).filter((spec) => !spec.ok);
    return {
      passed,
      skipped: stats?.skipped ?? 0,
      failures: failures.map((spec) => withReason(`${spec.file}: ${spec.title}`, reasonOf(spec))),
      failed: atLeastOne(failed, code, passed),
    };
  });
}

/** Every reader and writer once on a log of 100,000 events: fails on a query that breaks, never on a time. */
async function bench() {
  const script = path.join(root, "scripts", "bench.mjs");
  const { code, output } = await runChild("", process.execPath, [script, "log", "--rows=1e5", "--check"]);
  if (code === 0) return { passed: 1, failed: 0 };
  process.stdout.write(output);
  return { passed: 0, failed: 1 };
}

function specsOf(suites) {
  return suites.flatMap((suite) => [...(suite.specs ?? []), ...specsOf(suite.suites ?? [])]);
}

function reasonOf(spec) {
  const results = spec.tests.flatMap((test) => test.results);
  return results.find(({ error }) => error)?.error.message;
}

/** The end of a long output is what a reader has of it: each failure is told there with why, and not only its name. */
function withReason(name, message = "") {
  const lines = stripVTControlCharacters(message).split("\n");
  const reason = lines.filter((line) => line.trim() !== "").slice(0, reasonLines);
  return [name, ...reason.map((line) => `    ${line.slice(0, reasonWidth)}`)].join("\n");
}

function atLeastOne(failed, exitCode, passed) {
  return failed === 0 && (exitCode !== 0 || passed === 0) ? 1 : failed;
}

async function withReport(work) {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-report-"));
  try {
    return await work(path.join(folder, "report.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return ""; // the run broke off before its report
    throw error;
  }
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Runs one check; whatever it throws is its failure, so that the next one still runs.
 * @param {Check} check
 * @param {{ name: string, failed: number }[]} before results of the checks before it
 * @returns {Promise<Result & { name: string, line: string }>}
 */
export async function runCheck(check, before) {
  const begun = Date.now();
  console.log(`\n── ${check.name}`);
  let result;
  try {
    if (before.some(({ name, failed }) => name === check.needs && failed > 0)) {
      throw new StepError(`Not run, as "${check.needs}" failed.`);
    }
    result = await check.run();
  } catch (error) {
    console.log(error instanceof StepError ? error.message : error);
    result = { passed: 0, failed: 1 };
  }
  const { passed, failed, skipped = 0, note } = result;
  const parts = [`${passed} passed`, `${failed} failed`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (note) parts.push(note);
  const line = `${failed ? "✗" : "✓"} ${check.name}: ${parts.join(", ")} (${((Date.now() - begun) / 1000).toFixed(1)} s)`;
  console.log(line);
  return { ...result, name: check.name, line };
}
