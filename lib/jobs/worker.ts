import "server-only";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { runtime } from "@/lib/platform/runtime";
import { startQueueLoop } from "./queue-loop";
import { systemWork } from "./system-work";
import { type Daily, startTimers } from "./timers";

export interface Worker {
  /** Takes nothing new, and gives what is under way a while to end. */
  stop(): Promise<void>;
}

/** Shorter than the launcher's own patience, so that the connections are closed in order. */
const graceMs = 8_000;

/**
 * Starts the background work of this process: jobs from the queue, what System does again and again, and daily work.
 * @param options.databaseUrl as the runtime role; a direct connection, as the queue keeps it
 * @param options.daily work at a time of day, such as the cleanup of the log
 */
export async function startWorker(options: {
  databaseUrl: string;
  daily?: readonly Daily[];
}): Promise<Worker> {
  const prepare = runtime().env.GURULOG_DATABASE_PREPARE;
  const queue = await startQueueLoop({
    url: options.databaseUrl,
    prepare,
    handlers: { "index-data-source": indexDataSource },
  });
  const timers = startTimers(systemWork, options.daily);
  return {
    async stop() {
      await Promise.all([timers.stop(), queue.stop(graceMs)]);
    },
  };
}
