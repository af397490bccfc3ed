import type { z } from "zod";
import { officeParts } from "@/lib/platform/office/office-parts";
import { filledWorkbook, fillings } from "./fill";
import { type fillPiece, type outlinePiece, pieceBytes, type questionPiece, workbookOrder } from "./order";
import { outline } from "./outline";
import { sheetQuestions } from "./questions";
import { replacePart } from "./replace-part";
import { sheetParts } from "./sheet-parts";

const rowsTogether = 10;

type Piece = z.infer<typeof outlinePiece> | z.infer<typeof questionPiece> | z.infer<typeof fillPiece>;

/**
 * Reads or fills a workbook, in pieces that are short enough to be passed on.
 * @param order what is to be done (`workbookOrder`)
 * @throws Unreadable for what is protected, damaged or hostile
 */
export async function* workbookPieces(order: unknown, file: Buffer): AsyncGenerator<Piece> {
  const asked = workbookOrder.parse(order);
  if (asked.task === "fill") {
    const texts = fillings.parse(JSON.parse(file.toString("utf8", asked.fileBytes)));
    const filled = await filledWorkbook(file.subarray(0, asked.fileBytes), asked.sheet, texts);
    for (let at = 0; at < filled.length; at += pieceBytes)
      yield { base64: filled.toString("base64", at, at + pieceBytes) };
    return;
  }
  const parts = await officeParts(file);
  if (asked.task === "outline") {
    for (const sheet of outline(parts)) yield { sheet };
    return;
  }
  const { rows, ...about } = sheetQuestions(parts, asked.choices);
  // Whatever could not be filled in at the end is found before the first answer is asked for.
  const chosen = sheetParts(parts)[asked.choices.sheet]?.part ?? "";
  replacePart(file, chosen, new Uint8Array());
  yield about;
  for (let at = 0; at < rows.length; at += rowsTogether) yield { rows: rows.slice(at, at + rowsTogether) };
}
