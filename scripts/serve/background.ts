import path from "node:path";
import { createSealer } from "@/lib/audit/seal/sealer";
import { startWorker } from "@/lib/jobs/worker";
import { runtime } from "@/lib/platform/runtime";
import { startCleanup } from "./cleanup";
import { root } from "./root";
import { startSearchIndexing } from "./search-indexing";

export interface Background {
  stop(): Promise<void>;
}

/**
 * The sealer and signer, and where wanted the worker (jobs, counters, daily clean-up). The sealer runs in every process that
 * serves: one at a time works, under an advisory lock.
 */
export async function startBackground(options: { worker: boolean }): Promise<Background> {
  const { urls, dataDir, env } = runtime();
  const anchorFile = env.GURULOG_ANCHOR_FILE && path.resolve(root, env.GURULOG_ANCHOR_FILE);
  const sealer = createSealer({ sealerUrl: urls.sealer, signing: { dataDir, anchorFile } });
  sealer.start();
  const worker = options.worker ? await startWorker({ databaseUrl: urls.direct }) : null;
  const cleanup = options.worker ? startCleanup() : null;
  const searchIndexing = options.worker ? startSearchIndexing() : null;
  return {
    async stop() {
      await searchIndexing?.stop();
      await cleanup?.stop();
      await worker?.stop();
      await sealer.stop();
    },
  };
}
