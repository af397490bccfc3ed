import { mkdirSync } from "node:fs";
import path from "node:path";
import { logError, logLine } from "@/lib/platform/log";
import { backupArguments } from "../backup/arguments";
import { megabytes, reportProgress } from "../backup/report-progress";
import { openSource } from "../backup/source";
import { writeBackup } from "../backup/write-backup";
import { productVersion, readSettings } from "../serve/boot";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** `npm run backup`, or `npm run backup -- FILE`: the whole database in one file, whether the product runs or not. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine, 130);
  try {
    await backUp(shutdown);
    await shutdown.begin("the backup is written");
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("backup", error);
    await shutdown.begin("no backup was written", 1);
  }
}

async function backUp(shutdown: Shutdown): Promise<void> {
  const named = backupArguments(process.argv.slice(2)).file;
  const settings = readSettings();
  const { dataDir } = settings;
  const source = await openSource(settings, shutdown, logLine);
  const file = named ?? defaultFile(dataDir);
  const report = reportProgress(logLine);
  const began = performance.now();
  const { manifest, fileBytes } = await writeBackup({
    ...source,
    product: productVersion(),
    file,
    onBegun: (abandon) => shutdown.add("the unfinished backup", abandon),
    onProgress: ({ tables, of, rows, bytes }) =>
      report(() => `${tables} of ${of} tables, ${rows.toLocaleString("en")} rows, ${megabytes(bytes)}`),
  });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const seconds = (performance.now() - began) / 1000;
  logLine(
    `\n${rows.toLocaleString("en")} rows of ${manifest.tables.length} tables in ${seconds.toFixed(1)} s.`,
  );
  logLine(
    `The backup is ${file} (${megabytes(fileBytes)}). It holds personal data: keep it where only you can read it.`,
  );
  logLine(
    `The keys are not in it: keep ${path.join(dataDir, "keys.json")} and key variables that you set, elsewhere.`,
  );
  logLine(
    "last-signed.json is not in it either, and must not be: it notices when an older log comes back.\n",
  );
}

function defaultFile(dataDir: string): string {
  const folder = path.join(dataDir, "backups");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const now = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  return path.join(folder, `gurulog-${now}Z.tar.gz`);
}

await main();
