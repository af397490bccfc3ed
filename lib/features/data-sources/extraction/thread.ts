import { parentPort, workerData } from "node:worker_threads";
import { Unreadable } from "../indexing/text-piece";
import { excelText } from "./excel";
import type { DocumentKind, Extracted, Told } from "./extracted";
import { maxPieceLength, maxTextLength, piecesAhead } from "./limits";
import { pdfText } from "./pdf";
import { wordText } from "./word";

export interface ThreadTask {
  kind: DocumentKind;
  file: ArrayBuffer;
  resumeAt: unknown;
}

const extractors = { PDF: pdfText, EXCEL: excelText, WORD: wordText };

/** Extracts in a thread, and passes a piece on whenever one has been taken. */
export async function runThread(): Promise<void> {
  const { kind, file, resumeAt } = workerData as ThreadTask;
  const tell = (message: Told) => parentPort?.postMessage(message);
  const taken = takenPieces();
  try {
    let length = 0;
    for await (const whole of extractors[kind](Buffer.from(file), resumeAt)) {
      length += whole.text.length;
      if (length > maxTextLength)
        throw new Unreadable("This file holds more than 200 million characters. Split it into smaller ones.");
      for (const piece of inShortPieces(whole)) {
        await taken.room();
        tell({ piece });
      }
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

function* inShortPieces(whole: Extracted): Generator<Extracted> {
  const { text, resumeAt, ...rest } = whole;
  let at = 0;
  while (text.length - at > maxPieceLength) {
    const piece = text.slice(at, at + maxPieceLength);
    // A character of two units stays whole.
    const short = piece.isWellFormed() ? piece : piece.slice(0, -1);
    yield { ...rest, text: short };
    at += short.length;
  }
  yield { ...whole, text: text.slice(at) };
}

/** What a library says of a file it cannot cope with may quote the file, so it is not passed on. */
function wordsOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError)
    return "This file is too large inside, or nested too deeply, to be read. Split it, or save it anew, and upload that.";
  return "This file is damaged and cannot be read. Open it, save it anew and upload it again.";
}
