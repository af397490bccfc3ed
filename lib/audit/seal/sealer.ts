import "server-only";
import { openPool } from "@/lib/db/client";
import { logError, logLine } from "@/lib/platform/log";
import { hashOldLog } from "./hash-old-log";
import { sealBatch, UnhashedLog } from "./seal-batch";
import type { Signing } from "./sign-checkpoint";
import { createSigner, type SigningOptions } from "./signer";

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
  /**
   * Signs everything sealed now.
   * @returns what became of each organization's log; none without signing
   */
  signOnce(): Promise<Map<number, Signing>>;
  /** Milliseconds since this sealer last saw nothing unsealed; how far the log may be behind. */
  lagMs(): number;
  /** Milliseconds since this sealer last saw nothing unsealed and nothing unsigned. */
  signingLagMs(): number;
}

const longestPauseMs = 30_000;
/** Pause between looks at the heads while nothing is sealed here; others may have sealed. */
const signLookMs = 1_000;

/**
 * The one background worker that gives events their place in the sealed order, keeps the counts, and signs. Several instances
 * may run one each: a lock held for a batch at a time lets one work, and dies with its connection.
 *
 * @param options.sealerUrl login of the sealer's role; must reach Postgres directly or through a transaction pool
 * @param options.intervalMs pause between looks while there is nothing to do
 * @param options.batch events of one transaction at most
 * @param options.prepare false behind a transaction-pooling proxy
 * @param options.signing where what was signed is remembered; without it nothing is signed
 */
export function createSealer(options: {
  sealerUrl: string;
  intervalMs?: number;
  batch?: number;
  prepare?: boolean;
  signing?: SigningOptions;
}): Sealer {
  const { sealerUrl, intervalMs = 250, batch = 2000 } = options;
  const sql = openPool(sealerUrl, 1, { name: "gurulog sealer", prepare: options.prepare ?? true });
  const signer = options.signing ? createSigner(sql, options.signing) : null;
  let running: Promise<void> | undefined;
  let stopping = false;
  let wake = () => {};
  let drainedAt = Date.now();
  let hashed = false;

  async function sealUpTo(limit: number): Promise<number> {
    const lookedAt = Date.now();
    const sealed = await sealHashed(limit);
    // A short batch took all that was visible; zero may also mean that another instance holds the lock.
    if (sealed > 0 && sealed < limit) drainedAt = lookedAt;
    else if (sealed === 0 && (await nothingWaits())) drainedAt = lookedAt;
    return sealed;
  }

  /** A log that an older version sealed is hashed first, also when nothing new waits. */
  async function sealHashed(limit: number): Promise<number> {
    if (!hashed) {
      const state = await hashOldLog(sql);
      if (state === "more") return limit;
      if (state === "busy") return 0;
      hashed = true;
    }
    try {
      return await sealBatch(sql, limit);
    } catch (error) {
      // A backup of an older version was restored under a running instance.
      if (!(error instanceof UnhashedLog)) throw error;
      hashed = false;
      return limit;
    }
  }

  async function nothingWaits(): Promise<boolean> {
    const [found] = await sql`select not exists (select from audit_outbox where position > 0) as nothing`;
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
        await signInTurn(sealed > 0);
        if (sealed < limit && !stopping) await pause(intervalMs);
      } catch (error) {
        if (stopping) return;
        failures += 1;
        logError("sealing the log (will be tried again)", error);
        await pause(Math.min(longestPauseMs, intervalMs * 2 ** failures));
      }
    }
  }

  // Sealing never waits for a signature that cannot be given.
  let lookAt = 0;
  async function signInTurn(hasSealed: boolean): Promise<void> {
    if (!signer || (!hasSealed && Date.now() < lookAt)) return;
    const now = Date.now();
    lookAt = now + signLookMs;
    try {
      await signer.turn();
      // Something still waits for its turn.
      if (signer.currentAt() < now) lookAt = 0;
    } catch (error) {
      if (!stopping) logError("signing the log (will be tried again)", error);
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
      // What is sealed is signed before the process goes, where the database still answers.
      if (running)
        await signer?.turn({ now: true }).catch((error: unknown) => logError("the last signature", error));
      await sql.end({ timeout: 5 });
    },
    sealOnce: () => sealUpTo(batch),
    signOnce: async () => (await signer?.turn({ now: true })) ?? new Map(),
    lagMs: () => Date.now() - drainedAt,
    signingLagMs: () => Date.now() - Math.min(drainedAt, signer?.currentAt() ?? drainedAt),
  };
}
