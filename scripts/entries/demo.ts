import { closePools } from "@/lib/db/client";
import { logError, logLine } from "@/lib/platform/log";
import { setRuntime } from "@/lib/platform/runtime";
import { type Filled, fillDemo } from "../demo/fill-demo";
import { boot, readSettings } from "../serve/boot";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** Any number: it gives everyone the same demo. */
const seed = 20_261_121;
const month = 30;

/** `npm run demo`: fills a fresh instance with the last month of a made-up team, or `-- --days 3`, running or not. */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine);
  try {
    await fill(shutdown);
    await shutdown.begin("the demo is filled");
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("demo", error);
    await shutdown.begin("no demo was filled", 1);
  }
}

/** @throws StartError when the arguments are other than `--days` with 1 to 30 */
function daysAsked(args: string[]): number {
  if (args.length === 0) return month;
  const [name, value = "", ...more] = args;
  const days = /^\d{1,2}$/.test(value) ? Number(value) : 0;
  if (name !== "--days" || more.length > 0 || days < 1 || days > month) {
    throw new StartError(`The demo takes no argument but --days with a number from 1 to ${month}.`);
  }
  return days;
}

async function fill(shutdown: Shutdown): Promise<void> {
  const days = daysAsked(process.argv.slice(2));
  const settings = readSettings();
  const { env } = settings;
  if (!env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED) {
    throw new StartError("A demo needs its log: unset SOURCEBOT_EE_AUDIT_LOGGING_ENABLED or set it to true.");
  }
  const baseUrl = env.GURULOG_URL ?? `http://localhost:${env.PORT}`;
  const { runtime } = await boot(settings, shutdown, { baseUrl, joinRunning: true, log: logLine });
  // Maintenance's login alone may turn the clock back.
  setRuntime({ ...runtime, urls: { ...runtime.urls, app: runtime.urls.maintenance } });
  shutdown.add("the database pools", closePools);
  const progress = { begun: false, done: false };
  shutdown.add("the demo", () => {
    if (progress.begun && !progress.done) {
      logLine(
        "The demo is filled in part only. To fill it anew, set GURULOG_DATA_DIR or DATABASE_URL to an empty place.",
      );
    }
  });
  const onDay = (day: number, of: number, events: number): void => {
    progress.begun = true;
    logLine(`Day ${day} of ${of}, ${events.toLocaleString("en")} events`);
  };
  const began = performance.now();
  const filled = await fillDemo({ days, scale: 1, seed, onDay });
  progress.done = true;
  print(filled, days, baseUrl, Math.round((performance.now() - began) / 1000));
}

function print(
  { organization, events, owner, maintainer }: Filled,
  days: number,
  baseUrl: string,
  seconds: number,
): void {
  const line = (role: string, { email, password }: Filled["owner"]): void =>
    logLine(
      `  ${role}: ${email}  ${password === null ? "(with the password you chose)" : `password ${password}`}`,
    );
  logLine(
    `\n${days === month ? "A month" : `${days} days`} of ${organization}: ${events.toLocaleString("en")} events in ${seconds} s. Everything in it is made up.`,
  );
  line("The owner", owner);
  line(`A maintainer of ${maintainer.guru}`, maintainer);
  logLine("These passwords are shown this once.");
  logLine(`Look at ${baseUrl}/settings/audit-logs; if Gurulog is not running, start it with npm start.\n`);
}

await main();
