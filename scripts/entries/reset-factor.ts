import { noRequest, systemPrincipal } from "@/lib/access/principal";
import { closePools } from "@/lib/db/client";
import { resetFactorByOperator } from "@/lib/features/two-factor/commands/reset-factor-by-operator";
import { logError, logLine } from "@/lib/platform/log";
import { resetFactorArguments } from "../operator/reset-factor-arguments";
import { boot, readSettings } from "../serve/boot";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** `npm run reset-factor -- <email>`: takes the second factor of an account away, while the product runs or not. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine);
  try {
    await reset(shutdown);
    await shutdown.begin("the factor is gone");
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("reset-factor", error);
    await shutdown.begin("nothing was changed", 1);
  }
}

/** @throws StartError for arguments that cannot be used, and for an account that is not or has no factor */
async function reset(shutdown: Shutdown): Promise<void> {
  const input = resetFactorArguments(process.argv.slice(2));
  const settings = readSettings();
  const baseUrl = settings.env.GURULOG_URL ?? `http://localhost:${settings.env.PORT}`;
  await boot(settings, shutdown, { baseUrl, joinRunning: true, log: logLine });
  shutdown.add("the database pools", closePools);
  const result = await resetFactorByOperator.execute({
    principal: systemPrincipal,
    request: noRequest,
    input,
  });
  if (!result.ok) throw new StartError(result.message);
  logLine(`Two-factor sign-in of ${input.email} is off, and that is recorded. The password is as it was.`);
}

await main();
