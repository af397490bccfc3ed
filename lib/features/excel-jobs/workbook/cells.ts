/** Rows and columns that a sheet has at most (ISO/IEC 29500-1, Excel's own limits). */
export const lastRow = 1_048_576;
export const lastColumn = 16_384;

/**
 * The place that a reference such as `B12` names, both counted from 1.
 * @returns null when it is none, or lies outside of every sheet
 */
export function cellPlace(reference: string): { row: number; column: number } | null {
  const found = /^([A-Z]{1,3})([1-9][0-9]{0,6})$/.exec(reference);
  if (!found) return null;
  const column = [...(found[1] ?? "")].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const row = Number(found[2]);
  return row > lastRow || column > lastColumn ? null : { row, column };
}
