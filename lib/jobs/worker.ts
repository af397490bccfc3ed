import "server-only";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { runBackfillJob } from "@/lib/features/backfill-jobs/syncing/run-backfill-job";
import { indexCode } from "@/lib/features/data-sources/code-index/index-code";
import { crawlWebsite } from "@/lib/features/data-sources/crawling/crawl-website";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { rereadRepository } from "@/lib/features/data-sources/rereading/reread-repository";
import { runExcelJob } from "@/lib/features/excel-jobs/running/run-excel-job";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { runVerification } from "@/lib/features/log-integrity/verification/run-verification";
import { runtime } from "@/lib/platform/runtime";
import { telling, watching } from "./alarm-work";
import { mailing } from "./mail-work";
import { startQueueLoop } from "./queue-loop";
import { systemWork } from "./system-work";
import { startTimers } from "./timers";

export interface Worker {
  /** Takes nothing new, and gives what is under way a while to end. */
  stop(): Promise<void>;
}

/** Shorter than the launcher's own patience, so that the connections are closed in order. */
const graceMs = 8_000;

/**
 * Starts the background work of this process: jobs from the queue, and what System does again and again.
 * @param options.databaseUrl as the runtime role; a direct connection, as the queue keeps it
 */
export async function startWorker(options: { databaseUrl: string }): Promise<Worker> {
  const prepare = runtime().env.GURULOG_DATABASE_PREPARE;
  const queue = await startQueueLoop({
    url: options.databaseUrl,
    prepare,
    handlers: {
      "index-data-source": indexDataSource,
      "index-website": indexDataSource,
      "index-repository": indexDataSource,
      "index-item": indexDataSource,
      "reread-repository": rereadRepository,
      "index-code": indexCode,
      "crawl-website": crawlWebsite,
      "run-backfill-job": runBackfillJob,
      "run-excel-job": (data, signal) => runExcelJob(data, draftAnswer, signal),
      "answer-message": (data, signal) =>
        answerMessage(data, { ask: answerWhole, draft: draftAnswer }, signal),
      "verify-log": runVerification,
    },
  });
  const timers = startTimers([...systemWork, ...watching()]);
  const messages = startTimers([...telling, ...mailing]);
  return {
    async stop() {
      // A mail server may be slow to answer. What is not known to have arrived is sent again by whoever runs next.
      const told = Promise.race([messages.stop(), after(graceMs)]);
      await Promise.all([timers.stop(), queue.stop(graceMs), told]);
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
