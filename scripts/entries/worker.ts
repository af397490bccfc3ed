import { closePools } from "@/lib/db/client";
import { logError, logLine } from "@/lib/platform/log";
import { startBackground } from "../serve/background";
import { boot, readSettings } from "../serve/boot";
import { handleShutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** `npm run worker`: the background work alone, beside processes that run with GURULOG_WORKER=false. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine);
  try {
    const settings = readSettings();
    const baseUrl = settings.env.GURULOG_URL ?? `http://localhost:${settings.env.PORT}`;
    await boot(settings, shutdown, { baseUrl, joinRunning: true, log: logLine });
    shutdown.add("the database pools", closePools);
    const background = await startBackground({ worker: true });
    shutdown.add("the worker", () => background.stop());
    logLine("The worker runs. Stop with Ctrl-C.");
  } catch (error) {
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("start", error);
    await shutdown.begin("could not start", 1);
  }
}

await main();
