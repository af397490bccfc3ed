import "server-only";
import { openPool } from "@/lib/db/client";
import { logError, logLine } from "@/lib/platform/log";
import { sealBatch } from "./seal-batch";

export interface Sealer {
  /** Begins to seal in the background. Does nothing when it runs already. */
  start(): void;
  /** Lets the batch under way finish, then ends the connection. */
  stop(): Promise<void>;
  /**
   * Seals one batch now.
   * @returns how many events were sealed; 0 when nothing waits or another instance is sealing at the moment
   * @throws what the database throws; nothing of the batch stands then
   */
  sealOnce(): Promise<number>;
  /** Milliseconds since this sealer last saw nothing unsealed; how far the log may be behind. */
  lagMs(): number;
}

const longestPauseMs = 30_000;

/**
 * The one background worker that gives events their place in the sealed order and keeps the counts. Several instances
 * may run one each: a lock held for a batch at a time lets one work, and dies with its connection.
 *
 * @param options.sealerUrl login of the sealer's role; must reach Postgres directly or through a transaction pool
 * @param options.intervalMs pause between looks while there is nothing to do
 * @param options.batch events of one transaction at most
 * @param options.prepare false behind a transaction-pooling proxy
 */
export function createSealer(options: {
  sealerUrl: string;
  intervalMs?: number;
  batch?: number;
  prepare?: boolean;
}): Sealer {
  const { sealerUrl, intervalMs = 500, batch = 2000 } = options;
  const sql = openPool(sealerUrl, 1, { name: "gurulog sealer", prepare: options.prepare ?? true });
  let running: Promise<void> | undefined;
  let stopping = false;
  let wake = () => {};
  let drainedAt = Date.now();

  async function sealUpTo(limit: number): Promise<number> {
    const lookedAt = Date.now();
    const sealed = await sealBatch(sql, limit);
    // A short batch took all that was visible; zero may also mean that another instance holds the lock.
    if (sealed > 0 && sealed < limit) drainedAt = lookedAt;
    else if (sealed === 0 && (await nothingWaits())) drainedAt = lookedAt;
    return sealed;
  }

  async function nothingWaits(): Promise<boolean> {
    const [found] = await sql`select not exists (select from audit_outbox) as nothing`;
    return found?.nothing === true;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping) {
      // After a failure smaller batches are tried: one that outlasts the statement timeout would fail for ever.
      const limit = Math.max(1, Math.floor(batch / 4 ** failures));
      try {
        const sealed = await sealUpTo(limit);
        if (failures > 0) logLine("The log is being sealed again.");
        failures = 0;
        if (sealed < limit && !stopping) await pause(intervalMs);
      } catch (error) {
        if (stopping) return;
        failures += 1;
        logError("sealing the log (will be tried again)", error);
        await pause(Math.min(longestPauseMs, intervalMs * 2 ** failures));
      }
    }
  }

  return {
    start() {
      if (stopping) throw new Error("a stopped sealer cannot be started again");
      running ??= run();
    },
    async stop() {
      stopping = true;
      wake();
      await running;
      await sql.end({ timeout: 5 });
    },
    sealOnce: () => sealUpTo(batch),
    lagMs: () => Date.now() - drainedAt,
  };
}
