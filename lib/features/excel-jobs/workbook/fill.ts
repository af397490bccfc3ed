import { z } from "zod";
import { officeParts } from "@/lib/platform/office/office-parts";
import { replacePart } from "./replace-part";
import { sharedStrings } from "./shared-strings";
import { edited, sheetEdits } from "./sheet-edits";
import { sheetParts } from "./sheet-parts";
import { damagedSheet, partText } from "./sheet-text";

/** What goes into a sheet, in no order. */
export const fillings = z.array(z.tuple([z.number().int(), z.number().int(), z.string()]));
export type Fillings = z.infer<typeof fillings>;

/**
 * The workbook with texts put into empty cells of one sheet, and every other part byte for byte as it was. A cell that has
 * something in it keeps that.
 * @param sheet counted from 0
 * @throws Unreadable for a damaged workbook or a cell that cannot be found
 */
export async function filledWorkbook(file: Buffer, sheet: number, texts: Fillings): Promise<Buffer> {
  const parts = await officeParts(file);
  const name = sheetParts(parts)[sheet]?.part;
  const part = name ? parts[name] : undefined;
  if (!name || !part) throw damagedSheet();
  const cells = new Map<number, Map<number, string>>();
  for (const [row, column, text] of texts) {
    const columns = cells.get(row) ?? new Map<number, string>();
    cells.set(row, columns.set(column, text));
  }
  const { xml, bytesOf } = partText(part);
  return replacePart(file, name, bytesOf(edited(xml, sheetEdits(xml, cells, sharedStrings(parts)).edits)));
}
