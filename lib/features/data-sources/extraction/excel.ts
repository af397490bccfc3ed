import { type CellObject, read, type WorkSheet } from "xlsx";
import { z } from "zod";
import { officeArchive } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import type { Extracted } from "./extracted";

/** Rows that go into one passage at most, and the characters after which no further row is added. */
const rowsTogether = 50;
const lengthTogether = 900;
const headerLength = 300;
/** Excel takes names of 31 units; a file may say anything. */
const nameLength = 200;
/** Columns whose empty cells keep their place in a row, so that it can be read against the header. */
const columnsKept = 64;

const resume = z.object({ sheet: z.number().int().nonnegative(), row: z.number().int().nonnegative() });

/**
 * The text of an Excel workbook (.xlsx), sheet by sheet and some rows at a time: cells as they are shown, formulas by
 * the values that were last calculated. The first row with anything in it is repeated before each block.
 * @param resumeAt `{sheet, row}`, both counted from 0: the first row to be read; anything else = the first of all
 * @throws Unreadable for what is protected, damaged, no workbook, or hostile
 */
export async function* excelText(file: Buffer, resumeAt: unknown): AsyncGenerator<Extracted> {
  const workbook = opened(await officeArchive(file));
  const sheets = workbook.SheetNames.map((name) => rowsOf(workbook.Sheets[name], name));
  const from = resume.safeParse(resumeAt).data ?? { sheet: 0, row: 0 };
  const total = sheets.reduce((sum, rows) => sum + rows.length, 0);
  let before = 0;
  for (const [index, rows] of sheets.entries()) {
    const name = shortName(workbook.SheetNames[index] ?? "");
    const blocks = index < from.sheet ? [] : blocksOf(rows, index === from.sheet ? from.row : 0);
    for (const { text, first, last, read: readSoFar } of blocks)
      yield {
        text,
        heading: name,
        locator: first === last ? `${name}, row ${first + 1}` : `${name}, rows ${first + 1}–${last + 1}`,
        done: before + readSoFar,
        total,
        note: `sheet ${index + 1} of ${sheets.length}, row ${(last + 1).toLocaleString("en-US")}`,
        resumeAt: { sheet: index, row: last + 1 },
      };
    before += rows.length;
  }
}

function opened(file: Buffer) {
  try {
    return read(file, { type: "buffer", dense: true, cellFormula: false, cellHTML: false, bookVBA: false });
  } catch {
    throw new Unreadable(
      "This workbook is damaged and cannot be read. Open it in Excel, save it anew as .xlsx and upload that.",
    );
  }
}

/** A sheet's name goes along with each of its blocks. */
const shortName = (name: string) => name.slice(0, nameLength).toWellFormed();

/** A row that has cells, and its number counted from 0. */
interface Row {
  at: number;
  cells: (CellObject | undefined)[];
}

/** The rows of a sheet that have cells. A file may number its only row 4,000,000,000: empty ones are not gone through. */
function rowsOf(sheet: WorkSheet | undefined, name: string): Row[] {
  // The library leaves a sheet out that it could not read: its text would be missing without a word.
  if (!sheet)
    throw new Unreadable(`The sheet “${shortName(name)}” of this workbook is damaged and cannot be read.`);
  const rows = (sheet as { "!data"?: Row["cells"][] })["!data"] ?? [];
  const found = Object.entries(rows).map(([at, cells]) => ({ at: Number(at), cells }));
  // A cell that says it stands in no row at all.
  return found.filter(({ at }) => Number.isSafeInteger(at) && at >= 0);
}

interface Block {
  text: string;
  /** Numbers of its first and its last row. */
  first: number;
  last: number;
  /** Rows of the sheet that have been read after it. */
  read: number;
}

function* blocksOf(rows: Row[], from: number): Generator<Block> {
  const headerRow = rows.find((row) => lineOf(row) !== "");
  if (!headerRow) return;
  const header = lineOf(headerRow).slice(0, headerLength);
  let lines: string[] = [];
  let length = 0;
  let first = 0;
  let last = 0;
  const block = (read: number): Block => {
    const text = (first > headerRow.at ? [header, ...lines] : lines).join("\n");
    lines = [];
    length = 0;
    return { text, first, last, read };
  };
  for (const [index, row] of rows.entries()) {
    const line = row.at < from ? "" : lineOf(row);
    if (line === "") continue;
    if (lines.length === 0) first = row.at;
    last = row.at;
    lines.push(line);
    length += line.length;
    if (lines.length >= rowsTogether || length >= lengthTogether) yield block(index + 1);
  }
  if (lines.length > 0) yield block(rows.length);
}

/** A row on one line; an empty one is "". */
function lineOf({ cells }: Row): string {
  const texts: string[] = [];
  // A hole of the array is skipped: a single cell in the last column is no 16,384 empty ones.
  for (const [key, cell] of Object.entries(cells)) {
    const text = cell ? textOfCell(cell) : "";
    const column = Number(key);
    if (text === "") continue;
    while (texts.length < Math.min(column, columnsKept)) texts.push("");
    texts.push(text);
  }
  return texts.join(" | ");
}

function textOfCell(cell: CellObject): string {
  const text = cell.w ?? (cell.v === undefined ? "" : String(cell.v));
  return text.replaceAll(/\s+/g, " ").trim();
}
