import "@/lib/audit/proof/node-primitives";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { checkFiles } from "@/lib/audit/proof/verify/check-files";
import { nodePlatform } from "@/lib/audit/proof/verify/node-platform";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";
import { pinnedKeys } from "@/lib/audit/proof/verify/trust";
import { filesAt } from "./files-on-disk";
import { outcomeText } from "./report-text";

const usage = `Checks an export of a Gurulog audit log, offline.

  node verify.mjs [file or folder] [--key <verifier key>] [--json]

  file or folder  a verifiable export (zip, or the folder it was unpacked to), a proof file, or a plain export with its
                  manifest beside it. By default the folder of this script.
  --key           the log's verifier key as you noted it earlier; may be given more than once
  --json          the result as JSON

Exit code: 0 verified, 1 does not verify, 2 could not be checked.
`;

interface Arguments {
  target: string | undefined;
  keys: string[];
  json: boolean;
  help: boolean;
}

function readArguments(args: string[]): Arguments {
  const read: Arguments = { target: undefined, keys: [], json: false, help: false };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--json") read.json = true;
    else if (arg === "--help" || arg === "-h") read.help = true;
    else if (arg === "--key") read.keys.push(args[++i] ?? "");
    else if (arg.startsWith("-") || read.target !== undefined)
      throw new NotChecked(`Unknown argument ${arg}.`);
    else read.target = arg;
  }
  return read;
}

async function run(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(usage);
    return 0;
  }
  const target = path.resolve(args.target ?? besideThisScript());
  const files = await filesAt(target);
  const isTerminal = process.stderr.isTTY === true && !args.json;
  try {
    const outcome = await checkFiles(files.list, {
      trust: { pinned: pinnedKeys(args.keys) },
      platform: nodePlatform,
      ...(isTerminal ? { onProgress: showProgress } : {}),
    });
    if (isTerminal) process.stderr.write("\r\x1b[K");
    process.stdout.write(args.json ? `${JSON.stringify(outcome, null, 2)}\n` : outcomeText(outcome));
    return outcome.verified ? 0 : 1;
  } finally {
    await files.close();
  }
}

function showProgress(rows: number, of: number): void {
  process.stderr.write(`\r${rows.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} events`);
}

/** The folder that the export was unpacked to, or the one zip in it. */
function besideThisScript(): string {
  const folder = import.meta.dirname;
  if (existsSync(path.join(folder, "manifest.json"))) return folder;
  const zips = readdirSync(folder).filter(
    (name) => name.endsWith(".zip") && statSync(path.join(folder, name)).isFile(),
  );
  if (zips.length === 1 && zips[0]) return path.join(folder, zips[0]);
  throw new NotChecked("Say what to check: node verify.mjs <file or folder>. More with --help.");
}

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = 2;
  process.stderr.write(`Could not be checked: ${error instanceof Error ? error.message : String(error)}\n`);
}
