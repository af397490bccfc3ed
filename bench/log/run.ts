import path from "node:path";
import { productVersion } from "../../scripts/serve/boot";
import { type BenchOptions, parseArguments, UsageError } from "./arguments";
import { measureDatabase } from "./database-run";
import { measureWeb } from "./http/web-run";
import { load } from "./load";
import { findPlace, type Place } from "./place";
import { counted, say, spoken } from "./progress";
import { markdownOf, targetsTable } from "./report/markdown";
import { type BenchResult, machineFacts } from "./report/result";
import { targetRows } from "./report/targets";
import { missingFigures, writeResult } from "./report/write";
import { RunFile } from "./run-file";

/** The whole of `npm run bench`. @param self the bench's own bundle */
export async function runBench(self: string, args: readonly string[]): Promise<void> {
  const begun = performance.now();
  try {
    const options = parseArguments(args);
    const place = await findPlace(self, options);
    await untilLeft(place, options, () => benchAt(self, place, options));
    say(`Done in ${spoken(performance.now() - begun)}.`);
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`bench: ${error.message}\n`);
    else console.error(error);
    process.exitCode = 1;
  }
}

/** Cut off by hand, everything is left in order, and the next run goes on; only a check leaves nothing. */
async function untilLeft(
  place: Place,
  { keep, check }: BenchOptions,
  work: () => Promise<boolean>,
): Promise<void> {
  let leaving: Promise<void> | undefined;
  const interrupted = () => {
    say("Interrupted. The next run goes on where this one was.");
    leaving ??= place.leave(!check);
    void leaving.finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  let finished = false;
  try {
    finished = await work();
  } finally {
    // What failed can go on too, once it is mended.
    leaving ??= place.leave(!check && (keep || !finished));
    await leaving;
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}

/** @returns whether all that was to be done is done, so that the data may go */
async function benchAt(self: string, place: Place, options: BenchOptions): Promise<boolean> {
  say(`A log of ${counted(options.rows)} events in ${place.dataDir}.`);
  const product = await place.open();
  const loaded = await load(product, options.rows);
  if (options.hold) {
    say(JSON.stringify({ urls: product.runtime.urls, roles: product.runtime.roles }));
    await new Promise((resolve) => process.once("SIGHUP", resolve));
  }
  if (options.stage === "load") return false;
  const postgres = product.postgresVersion;
  const run = RunFile.open(place.dataDir, options.rows, options.fresh);
  await measureDatabase({ product, place, run, options, part: "readers" });
  await measureWeb({ self, product, place, run, options });
  await product.close();
  const writing = await place.open();
  await measureDatabase({ product: writing, place, run, options, part: "writers" });
  await writing.close();
  const result: BenchResult = {
    format: "gurulog-bench/1",
    at: run.begun,
    rows: options.rows,
    machine: machineFacts(),
    versions: { product: productVersion(), node: process.versions.node, postgres },
    loaded,
    groups: run.groups,
  };
  report(result, place, options);
  if (options.only.length > 0) return false;
  run.end();
  return true;
}

/** A part of the groups is told and not kept: half a table would pass for a result. */
function report(result: BenchResult, { dataDir }: Place, { only, check }: BenchOptions): void {
  if (only.length > 0) {
    say(markdownOf(result, targetRows(result, undefined)));
    return;
  }
  const targets = check ? writeResult(result, path.join(dataDir, "results")) : writeResult(result);
  say(targetsTable(targets));
  const missing = missingFigures(targets);
  if (check && missing.length > 0) throw new UsageError(`no figure for ${missing.join("; ")}`);
}
