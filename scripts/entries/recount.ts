import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { recountLog } from "@/lib/audit/seal/recount";
import { repairCounts } from "@/lib/audit/seal/repair-counts";
import { logError, logLine } from "@/lib/platform/log";
import { reportProgress } from "../backup/report-progress";
import { openSource } from "../backup/source";
import { recountArguments } from "../recount/arguments";
import { listed, recountText, repairText } from "../recount/recount-text";
import { readSettings } from "../serve/boot";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** The sealer's batches and the daily cleanup are short; a cleanup that waits for an export is not. */
const lockTimeoutMs = 60_000;

/** `npm run recount`: do totals, charts and dropdowns say what the events say? `-- --repair` makes them. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine, 2);
  try {
    const isRight = await compareOrRepair(shutdown);
    await shutdown.begin("the log was counted", isRight ? 0 : 1);
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else if (isLockTimeout(error))
      process.stderr.write(
        "gurulog: a cleanup or an erasure is under way. Nothing was changed; try again later.\n",
      );
    else logError("recount", error);
    await shutdown.begin("it could not be done", 2);
  }
}

/** @returns whether the counts are right now */
async function compareOrRepair(shutdown: Shutdown): Promise<boolean> {
  const { repair } = recountArguments(process.argv.slice(2));
  const { url, mode, role } = await openSource(readSettings(), shutdown, logLine);
  const report = reportProgress(logLine);
  const options = {
    listed,
    onDay: (done: number, of: number) => report(() => `${done} of ${of} days are counted`),
  };
  const owner = {
    maintenanceUrl: url,
    mode: role ? mode : ("guard-rail" as const),
    roles: { owner: role ?? "" },
  };
  return asOwner(owner, { name: "gurulog recount", lockTimeoutMs }, async (sql) => {
    if (!repair) {
      const counted = await recountLog(sql, options);
      logLine(recountText(counted));
      if (counted.found > 0) logLine("npm run recount -- --repair writes them anew from the events.");
      return counted.found === 0;
    }
    const repaired = await repairCounts(sql, options);
    logLine(recountText(repaired.before));
    logLine(repairText(repaired));
    return true;
  });
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}

await main();
