import { logError, logLine } from "@/lib/platform/log";
import { restoreArguments } from "../backup/arguments";
import { megabytes, reportProgress } from "../backup/report-progress";
import { type Restored, restore } from "../backup/restore";
import { productVersion, readSettings } from "../serve/boot";
import { root } from "../serve/root";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** `npm run restore -- FILE`, with `--replace` where there is a database: into a new cluster, checked row by row. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine, 130);
  try {
    print(await run(shutdown));
    await shutdown.begin("the backup is restored");
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("restore", error);
    await shutdown.begin("nothing was restored", 1);
  }
}

async function run(shutdown: Shutdown): Promise<Restored> {
  const named = restoreArguments(process.argv.slice(2));
  const { env, dataDir } = readSettings();
  if (env.DATABASE_URL)
    throw new StartError(
      "DATABASE_URL is set, and restore makes an embedded database. Unset it, or restore with the server's own tools (docs/backup.md).",
    );
  const report = reportProgress(logLine);
  return restore({
    ...named,
    dataDir,
    env,
    productDir: root,
    product: productVersion(),
    log: logLine,
    onBegun: (abandon) => shutdown.add("the unfinished restore", abandon, 60_000),
    onProgress: (step, bytes, of) => report(() => `${step}: ${megabytes(bytes)} of ${megabytes(of)}`),
  });
}

function print({ manifest, home, setAside }: Restored): void {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  logLine(
    `\nRestored ${rows.toLocaleString("en")} rows of ${manifest.tables.length} tables, as of ${manifest.createdAt}, in ${home}.`,
  );
  if (setAside !== null)
    logLine(`The database that was in use stays in ${setAside}. Delete it when you need it no more.`);
  logLine(
    "Start with npm start. If more had been signed than this backup holds, the log is not signed any further until",
  );
  logLine("the owner adopts it (docs/backup.md).\n");
}

await main();
