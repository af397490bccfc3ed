import { setTimeout as delay } from "node:timers/promises";

/** npm and the terminal both pass Ctrl-C on, so one key press arrives twice. */
const repeatedPressMs = 1_000;
const parentCheckMs = 250;

export interface Shutdown {
  /**
   * Adds a step. Steps run one after another, the last added first: what was started last stops first.
   *
   * @param limitMs after this time the next step begins all the same.
   */
  add(name: string, step: () => Promise<void> | void, limitMs?: number): void;
  /** Runs the steps, once, and ends the process. Never resolves. */
  begin(reason: string, exitCode?: number): Promise<never>;
  /** True from the moment that a shutdown has begun. */
  readonly hasBegun: boolean;
}

/**
 * Ends the process in order on SIGINT, SIGTERM, SIGHUP, or when npm is gone: npm runs a script through a shell, and
 * a SIGTERM to npm leaves our process behind without telling it. A second Ctrl-C ends it at once.
 *
 * @param log receives short lines for the operator.
 * @param interruptedCode exit code of one that a signal has ended: not 0 where the work was to come to an end by itself.
 */
export function handleShutdown(log: (line: string) => void, interruptedCode = 0): Shutdown {
  const steps: { name: string; step: () => Promise<void> | void; limitMs: number }[] = [];
  let begunAt: number | undefined;

  const run = async (reason: string, exitCode: number): Promise<never> => {
    log(`Stopping (${reason})…`);
    let failed = false;
    for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
      const problem = await runStep(next.step, next.limitMs);
      if (problem === undefined) continue;
      failed = true;
      log(`Stopping ${next.name} failed: ${problem}`);
    }
    if (!failed) log("Stopped.");
    process.exit(failed ? exitCode || 1 : exitCode);
  };

  let running: Promise<never> | undefined;
  const begin = (reason: string, exitCode = 0): Promise<never> => {
    begunAt ??= Date.now();
    running ??= run(reason, exitCode);
    return running;
  };

  // A closed terminal ends us in order too; without a terminal we were told to outlive it (nohup).
  const signals: NodeJS.Signals[] = process.stdout.isTTY
    ? ["SIGINT", "SIGTERM", "SIGHUP"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) {
    process.on(signal, () => {
      if (begunAt !== undefined && signal === "SIGINT" && Date.now() - begunAt > repeatedPressMs)
        process.exit(130);
      void begin(signal, interruptedCode);
    });
  }
  if (process.env.npm_lifecycle_event !== undefined)
    watchParent(() => void begin("npm has ended", interruptedCode));

  return {
    add: (name, step, limitMs = 15_000) => {
      steps.push({ name, step, limitMs });
    },
    begin,
    get hasBegun() {
      return begunAt !== undefined;
    },
  };
}

/** Where scripts/support/parent.mjs has noted who started us, before anything slow was done. */
const parentSlot = Symbol.for("gurulog.parent");

/** Calls back once when the process that started us is gone: the system then gives us another parent. */
function watchParent(onGone: () => void): void {
  const noted: unknown = Reflect.get(globalThis, parentSlot);
  const parent = typeof noted === "number" ? noted : process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, parentCheckMs);
  timer.unref();
}

async function runStep(step: () => Promise<void> | void, limitMs: number): Promise<string | undefined> {
  const timeout = new AbortController();
  try {
    const late = delay(limitMs, `not done within ${limitMs / 1000} s`, { signal: timeout.signal });
    return await Promise.race([Promise.resolve(step()).then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    timeout.abort();
  }
}
