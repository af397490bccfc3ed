import "@/lib/audit/proof/node-primitives";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { text as textOf } from "node:stream/consumers";
import { isMainThread } from "node:worker_threads";
import { toBase64 } from "@/lib/audit/proof/bytes";
import { verifierOf } from "@/lib/audit/proof/signing-keys";
import { checkFiles } from "@/lib/audit/proof/verify/check-files";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import {
  type LogReport,
  type OutsideCheckpoint,
  type VerifyOptions,
  type VerifyTask,
  verifyLog,
} from "@/lib/audit/proof/verify-log";
import { notesIn } from "@/lib/audit/proof/verify-log/build-task";
import { readSettings } from "../serve/boot";
import { StartError } from "../serve/start-error";
import { filesAt } from "../verifier/files-on-disk";
import { outcomeText } from "../verifier/report-text";
import { type Arguments, readArguments, usage } from "../verify/arguments";
import { isCheckpointFile } from "../verify/checkpoint-file";
import { logText } from "../verify/log-text";
import { openLog } from "../verify/open-log";
import { inThreads, serveSlice } from "../verify/slice-thread";

/** `npm run verify`. The same bundle is the child that the worker starts (`--task`), and the thread of either. */
async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { file } = args;
  if (file !== null && !isCheckpointFile(file)) return checkFile(file, args);
  return checkLog(args, [...args.checkpoints, ...(file === null ? [] : [file])].flatMap(checkpointsOf));
}

/** Notes of a checkpoint or anchor file that the log must continue. */
function checkpointsOf(file: string): OutsideCheckpoint[] {
  const notes = notesIn(readWhole(file));
  if (notes.length === 0) throw new NotChecked(`${file} holds no checkpoint.`);
  return notes.map((note) => ({ from: file, note, isOfThisLog: true, isGiven: true }));
}

function readWhole(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new NotChecked(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function checkFile(file: string, args: Arguments): Promise<number> {
  const files = await filesAt(path.resolve(file));
  try {
    const outcome = await checkFiles(files.list, {
      trust: { pinned: pinnedKeys(args.keys) },
      platform: nodePlatform,
      ...(isWatched(args) ? { onProgress: (rows, of) => showProgress(rows / Math.max(1, of)) } : {}),
    });
    clearProgress(args);
    process.stdout.write(args.json ? `${JSON.stringify(outcome, null, 2)}\n` : outcomeText(outcome));
    return outcome.verified ? 0 : 1;
  } finally {
    await files.close();
  }
}

async function checkLog(args: Arguments, more: OutsideCheckpoint[]): Promise<number> {
  const pinned = pinnedKeys(args.keys);
  const log = await openLog(readSettings(), (line) => process.stderr.write(`${line}\n`), pinned.length > 0);
  try {
    const own = (log.keys?.sealingKeys ?? []).map((key) => verifierOf(key, "any").publicKey);
    const publicKeys = pinned.length > 0 ? pinned.map((key) => key.publicKey) : own;
    if (publicKeys.length === 0)
      throw new NotChecked("This machine has no key of the log. Give one with --key.");
    const reports: LogReport[] = [];
    for (const orgId of log.orgIds) {
      const task: VerifyTask = {
        url: log.url,
        orgId,
        publicKeys: publicKeys.map(toBase64),
        pinnedNames: pinned.map((key) => key.name),
        outside: [...(log.outside.get(orgId) ?? []), ...more],
      };
      reports.push(await verifyLog(task, inSlices(isWatched(args) ? showProgress : undefined)));
    }
    clearProgress(args);
    if (args.json) process.stdout.write(`${JSON.stringify(reports[0], null, 2)}\n`);
    else for (const report of reports) process.stdout.write(logText(report, pinned.length > 0));
    if (reports.some((report) => report.findingCount > 0)) return 1;
    if (reports.some((report) => report.checkpointSize === null && report.size > 0))
      throw new NotChecked("No checkpoint of the log was found, so nothing of it is proven.");
    if (log.hasEmptyAnchor && reports.some((report) => report.checkpointSize !== null))
      throw new NotChecked(
        "The file of GURULOG_ANCHOR_FILE is not there, or holds no checkpoint of this log.",
      );
    return 0;
  } finally {
    await log.close();
  }
}

function inSlices(onProgress: ((part: number) => void) | undefined): VerifyOptions {
  return {
    slices: Math.min(4, availableParallelism()),
    compare: inThreads(new URL(import.meta.url)),
    ...(onProgress ? { onProgress } : {}),
  };
}

function isWatched(args: Arguments): boolean {
  return process.stderr.isTTY === true && !args.json;
}

function showProgress(part: number): void {
  process.stderr.write(`\rVerifying… ${Math.floor(part * 100)} %`);
}

function clearProgress(args: Arguments): void {
  if (isWatched(args)) process.stderr.write("\r\x1b[K");
}

/** As the worker's child: the task on standard input, a JSON text a line on standard output. */
async function work(): Promise<void> {
  const tell = (told: object) => process.stdout.write(`${JSON.stringify(told)}\n`);
  try {
    const task = JSON.parse(await textOf(process.stdin)) as VerifyTask;
    let told = 0;
    const onProgress = (part: number) => {
      if (part - told < 0.01) return;
      told = part;
      tell({ progress: part });
    };
    tell({ report: await verifyLog(task, { limit: 100, ...inSlices(onProgress) }) });
  } catch (error) {
    if (error instanceof NotChecked) tell({ problem: error.message });
    else throw error;
  }
}

async function answer(): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 2;
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `Could not be checked: ${why}${error instanceof NotChecked || error instanceof StartError ? "" : " (unexpected)"}\n`,
    );
  }
}

if (!isMainThread) await serveSlice();
else if (process.argv[2] === "--task") await work();
else await answer();
