import { parentPort, workerData } from "node:worker_threads";
import { piecesAhead } from "./limits";
import type { Told } from "./task";
import { Unreadable } from "./unreadable";

/** What the thread of the process gets. */
export interface ThreadTask {
  order: unknown;
  file: ArrayBuffer;
}

/**
 * Reads a file in a thread, and passes a piece on whenever one has been taken.
 * @param read the pieces of a file, each a JSON value that is not too large for a message
 */
export async function runThread(
  read: (order: unknown, file: Buffer) => AsyncIterable<unknown>,
): Promise<void> {
  const { order, file } = workerData as ThreadTask;
  const tell = (message: Told) => parentPort?.postMessage(message);
  const taken = takenPieces();
  try {
    for await (const piece of read(order, Buffer.from(file))) {
      await taken.room();
      tell({ piece });
    }
    tell({ end: true });
  } catch (error) {
    tell({ unreadable: wordsOf(error) });
  } finally {
    parentPort?.close();
  }
}

/** Each message to the thread stands for one piece taken; while too many are on their way, the file waits. */
function takenPieces() {
  let free = piecesAhead;
  let wake = () => {};
  parentPort?.on("message", () => {
    free += 1;
    wake();
  });
  return {
    async room(): Promise<void> {
      while (free === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      free -= 1;
    },
  };
}

/** What a library says of a file it cannot cope with may quote the file, so it is not passed on. */
function wordsOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError)
    return "This file is too large inside, or nested too deeply, to be read. Split it, or save it anew, and upload that.";
  return "This file is damaged and cannot be read. Open it, save it anew and upload it again.";
}
