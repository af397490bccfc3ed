import { parentPort, Worker, workerData } from "node:worker_threads";
import type { CompareSlice } from "@/lib/audit/proof/verify-log";
import { compareSlice, type Slice, type SliceResult } from "@/lib/audit/proof/verify-log/compare-slice";

type Told = { leaves: number } | { result: SliceResult };

/** Compares a slice in a thread of its own. @param script the bundle that calls `serveSlice` when it runs as a thread */
export function inThreads(script: URL): CompareSlice {
  return (slice, onProgress) =>
    new Promise((resolve, reject) => {
      const thread = new Worker(script, { workerData: slice });
      thread.on("message", (told: Told) => {
        if ("leaves" in told) onProgress(told.leaves);
        else resolve(told.result);
      });
      thread.once("error", reject);
      thread.once("exit", (code) => reject(new Error(`a thread of the verification ended (${code})`)));
    });
}

/** The thread's side. */
export async function serveSlice(): Promise<void> {
  const tell = (told: Told) => parentPort?.postMessage(told);
  tell({ result: await compareSlice(workerData as Slice, (leaves) => tell({ leaves })) });
}
