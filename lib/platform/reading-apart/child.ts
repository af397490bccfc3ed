import { Worker } from "node:worker_threads";
import { readingTask, type Told } from "./task";
import type { ThreadTask } from "./thread";

/** Between two looks at the memory: an inflating file takes some 10 MB in this time. */
const lookMs = 25;
/** Share of the memory that the thread's heap may take; the file and what is inflated lie beside it. */
const heapShare = 0.6;

/**
 * The process that reads one file: a thread does the work, so that this one stays free to look at the memory and to end
 * with whoever started it. The task comes as an argument, the file on standard input.
 * @param script path of the bundle that begins both the process and the thread
 */
export async function runChild(script: string): Promise<void> {
  const task = readingTask.parse(JSON.parse(process.argv[2] ?? ""));
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  setTimeout(() => process.exit(0), task.lifeMs);
  const file = await received(task.sizeBytes);
  const data: ThreadTask = { order: task.order, file };
  const maxOldGenerationSizeMb = Math.floor((task.memoryBytes * heapShare) / 1024 / 1024);
  const thread = new Worker(script, {
    workerData: data,
    transferList: [file],
    resourceLimits: { maxOldGenerationSizeMb },
  });
  let sent = Promise.resolve();
  const tell = (message: Told) => {
    sent = new Promise((resolve) => process.send?.(message, () => resolve()));
  };
  const end = () => void sent.then(() => process.exit(0));
  const breach = () => {
    clearInterval(watch);
    tell({ limit: "memory" });
    end();
  };
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() > task.memoryBytes) breach();
  }, lookMs);
  process.on("message", () => thread.postMessage("taken"));
  thread.on("message", tell);
  thread.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") breach();
    else end();
  });
  // Without a last word before it: whoever started this sees the connection end, and tries again.
  thread.once("exit", end);
}

async function received(sizeBytes: number): Promise<ArrayBuffer> {
  const file = new ArrayBuffer(sizeBytes);
  const view = new Uint8Array(file);
  let at = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    view.set(piece, at);
    at += piece.length;
  }
  if (at !== sizeBytes) process.exit(1);
  return file;
}
