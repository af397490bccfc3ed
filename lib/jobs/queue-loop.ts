import "server-only";
import { setMaxListeners } from "node:events";
import PgBoss from "pg-boss";
import { openPool, type Sql } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { type JobData, type JobName, jobNames } from "./jobs";
import { queueValues } from "./queue-values";

/** A handler ends soon after the signal: by throwing, so that the job is delivered again, or having put it anew. */
type JobHandlers = { [N in JobName]: (data: JobData<N>, signal: AbortSignal) => Promise<void> };

const pollMs = 1_000;
const tendMs = 60_000;

interface QueueLoop {
  /** Takes no more jobs and waits for those under way, at most `graceMs`; what is cut off is taken up again later. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Takes jobs from the queue, one at a time of each kind. The library keeps the queue, the loop is ours: its own workers
 * leave a failed "done" message as an unhandled rejection, which would end the process when the database restarts.
 * Needs rights on rows only; the queue's tables are made at migration.
 * @param options.url the runtime role's, on a direct connection
 */
export async function startQueueLoop(options: {
  url: string;
  prepare: boolean;
  handlers: JobHandlers;
}): Promise<QueueLoop> {
  // One connection: the library's maintenance is a transaction in one text, which a larger pool would refuse.
  const sql = openPool(options.url, 1, { name: "gurulog worker", prepare: options.prepare });
  const boss = new PgBoss({
    db: { executeSql: (text: string, values: unknown[] = []) => runText(sql, text, values) },
    schema: "pgboss",
    migrate: false,
    supervise: false,
    schedule: false,
  });
  boss.on("error", (error) => logError("job queue", error));
  try {
    await boss.start();
  } catch (error) {
    await sql.end({ timeout: 5 });
    throw error;
  }
  const stopping = new AbortController();
  // Each loop waits for it, and there are more than Node takes for a leak.
  setMaxListeners(0, stopping.signal);
  const loops = jobNames.map((name) => takeJobs(boss, name, options.handlers, stopping.signal));
  loops.push(tend(boss, stopping.signal));
  return {
    async stop(graceMs) {
      stopping.abort();
      await Promise.race([Promise.all(loops), sleep(graceMs)]);
      await sql.end({ timeout: 5 });
    },
  };
}

/** A failed transaction of several statements leaves the connection inside it. */
async function runText(sql: Sql, text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
  const isTransaction = /^\s*begin\b/i.test(text);
  try {
    return { rows: [...(await sql.unsafe(text, queueValues(values)))] };
  } catch (error) {
    if (isTransaction) await sql.unsafe("rollback").catch((after) => logError("job queue", after));
    throw error;
  }
}

async function takeJobs<N extends JobName>(
  boss: PgBoss,
  name: N,
  handlers: JobHandlers,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const worked = await attempted(`queue ${name}`, () => takeOne(boss, name, handlers[name], signal));
    if (!worked) await sleep(pollMs, signal);
  }
}

/** @returns true when there was a job, so that the next is looked for at once */
async function takeOne<N extends JobName>(
  boss: PgBoss,
  name: N,
  handle: JobHandlers[N],
  signal: AbortSignal,
): Promise<boolean> {
  const [job] = await boss.fetch<JobData<N>>(name, { batchSize: 1 });
  if (!job) return false;
  try {
    await handle(job.data, signal);
  } catch (error) {
    logError(`job ${name}`, error);
    // The queue delivers it again, later each time.
    await boss.fail(name, job.id, { message: "failed" });
    return true;
  }
  await boss.complete(name, job.id);
  return true;
}

/** Gives jobs of dead workers back, and clears away what is done. */
async function tend(boss: PgBoss, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await attempted("queue maintenance", async () => {
      await boss.maintain();
      return true;
    });
    await sleep(tendMs, signal);
  }
}

/** The database may be restarting: the loop goes on, and says so in the server's log. */
async function attempted(context: string, step: () => Promise<boolean>): Promise<boolean> {
  try {
    return await step();
  } catch (error) {
    logError(context, error);
    return false;
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
