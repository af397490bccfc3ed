import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { excelText } from "./excel";
import { documentOrder, type Extracted } from "./extracted";
import { maxPieceLength, maxTextLength } from "./limits";
import { pdfText } from "./pdf";
import { wordText } from "./word";

const extractors = { PDF: pdfText, EXCEL: excelText, WORD: wordText };

/**
 * The text of a document, in pieces that are short enough to be passed on.
 * @param order what is extracted (`documentOrder`)
 * @throws Unreadable for what is protected, damaged, hostile, or beyond all measure
 */
export async function* documentPieces(order: unknown, file: Buffer): AsyncGenerator<Extracted> {
  const { kind, resumeAt } = documentOrder.parse(order);
  let length = 0;
  for await (const whole of extractors[kind](file, resumeAt)) {
    length += whole.text.length;
    if (length > maxTextLength)
      throw new Unreadable("This file holds more than 200 million characters. Split it into smaller ones.");
    yield* inShortPieces(whole);
  }
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
