import { SaxesParser, type SaxesTagPlain } from "saxes";
import { columnLetters } from "@/lib/platform/column-letters";
import { textCell } from "./cell-xml";
import { cellPlace, lastColumn, lastRow } from "./cells";
import { damagedSheet } from "./sheet-text";

/** Texts by row and column, both counted from 1. */
export type CellTexts = ReadonlyMap<number, ReadonlyMap<number, string>>;

/** A stretch of the XML, in UTF-16 units, and what stands there afterwards. */
interface Edit {
  from: number;
  to: number;
  text: string;
}

export interface SheetEdits {
  edits: Edit[];
  /** Cells that have a content or a formula, as `row column`: they are left as they are. */
  filled: Set<string>;
  /** Numbers of the shared strings that cells of the watched column show, by row. */
  shared: Map<number, number>;
}

interface Row {
  number: number;
  /** Of its last cell so far. */
  column: number;
  start: number;
  openEnd: number;
  tag: SaxesTagPlain;
  /** What is to be put into it and is not yet, by column. */
  pending: [number, string][];
  style: string | null;
  /** Highest column that was put in. */
  most: number;
}

interface Cell {
  column: number;
  start: number;
  style: string | null;
  type: string;
  hasFormula: boolean;
  hasText: boolean;
  value: string;
}

/** The cells that one formula shows in: from its own to the last, both among them. */
interface Spill {
  from: { row: number; column: number };
  to: { row: number; column: number };
}

const local = (name: string) => name.slice(name.indexOf(":") + 1);
const sheetPath = "worksheet/sheetData";

/**
 * Finds what has to be changed in a sheet (CT_Worksheet, ISO/IEC 29500-1, 18.3.1.99) so that these cells hold these texts.
 * An empty cell keeps its format; a new one gets its row's, or its column's, as if a person had typed into it.
 * @param xml of the sheet
 * @param strings that cells of the workbook share (`sharedStrings`)
 * @param watched a column whose shared strings are told
 * @throws Unreadable where the sheet is not well-formed, has its rows or cells out of order, or lacks one of the rows
 */
export function sheetEdits(
  xml: string,
  cells: CellTexts,
  strings: readonly string[],
  watched?: number,
): SheetEdits {
  return new Finder(xml, cells, strings, watched).found();
}

/** The XML with the edits made. */
export function edited(xml: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, text } of [...edits].sort((a, b) => a.from - b.from)) {
    parts.push(xml.slice(at, from), text);
    at = to;
  }
  return [...parts, xml.slice(at)].join("");
}

class Finder {
  readonly #edits: Edit[] = [];
  readonly #filled = new Set<string>();
  readonly #shared = new Map<number, number>();
  #spills: Spill[] = [];
  readonly #path: string[] = [];
  readonly #columnStyles: { first: number; last: number; style: string }[] = [];
  readonly #rowsLeft: Set<number>;
  #hasData = false;
  #row: Row | null = null;
  #rowNumber = 0;
  #cell: Cell | null = null;

  constructor(
    readonly xml: string,
    readonly cells: CellTexts,
    readonly strings: readonly string[],
    readonly watched?: number,
  ) {
    this.#rowsLeft = new Set(cells.keys());
  }

  found(): SheetEdits {
    const parser = new SaxesParser({ xmlns: false, position: false });
    parser.on("error", () => {
      throw damagedSheet();
    });
    parser.on("opentag", (tag) => this.#open(tag, parser.position));
    parser.on("closetag", (tag) => this.#close(tag, parser.position));
    parser.on("text", (text) => this.#text(text));
    parser.on("cdata", (text) => this.#text(text));
    parser.write(this.xml).close();
    if (this.#rowsLeft.size > 0) throw damagedSheet();
    return { edits: this.#edits, filled: this.#filled, shared: this.#shared };
  }

  /** No attribute of well-formed XML has this sign in it. */
  #startOf(end: number): number {
    return this.xml.lastIndexOf("<", end - 1);
  }

  #open(tag: SaxesTagPlain, end: number): void {
    this.#path.push(local(tag.name));
    const path = this.#path.join("/");
    if (path === "worksheet/dimension") this.#widenDimension(end);
    else if (path === "worksheet/cols/col") this.#noteColumns(tag.attributes);
    else if (path === sheetPath) {
      if (this.#hasData) throw damagedSheet();
      this.#hasData = true;
    } else if (path === `${sheetPath}/row`) this.#openRow(tag, end);
    else if (path === `${sheetPath}/row/c`) this.#openCell(tag, end);
    else if (path === `${sheetPath}/row/c/f` && this.#cell) {
      this.#cell.hasFormula = true;
      this.#noteSpill(tag.attributes);
    }
  }

  #close(tag: SaxesTagPlain, end: number): void {
    const path = this.#path.join("/");
    if (path === `${sheetPath}/row/c`) this.#closeCell(tag, end);
    if (path === `${sheetPath}/row`) this.#closeRow(tag, end);
    this.#path.pop();
  }

  #text(text: string): void {
    if (!this.#cell || !/^worksheet\/sheetData\/row\/c\/(v|is)\b/.test(this.#path.join("/"))) return;
    this.#cell.hasText ||= text.trim() !== "";
    if (this.#cell.type === "s") this.#cell.value += text;
  }

  /** An array formula, or a table of data, shows in cells that have none of it themselves (18.3.1.40). */
  #noteSpill({ t, ref }: Record<string, string>): void {
    if (ref === undefined || (t !== "array" && t !== "dataTable")) return;
    const [from, to = from] = ref.split(":").map((reference) => cellPlace(reference.replaceAll("$", "")));
    if (!from || !to) throw damagedSheet();
    this.#spills.push({ from, to });
  }

  #isSpilledInto(row: number, column: number): boolean {
    return this.#spills.some(
      ({ from, to }) => from.row <= row && row <= to.row && from.column <= column && column <= to.column,
    );
  }

  #noteColumns({ min, max, style }: Record<string, string>): void {
    if (style !== undefined) this.#columnStyles.push({ first: Number(min), last: Number(max), style });
  }

  #openRow(tag: SaxesTagPlain, openEnd: number): void {
    const { r, s, customFormat } = tag.attributes;
    const number = r === undefined ? this.#rowNumber + 1 : Number(r);
    if (!Number.isInteger(number) || number <= this.#rowNumber || number > lastRow) throw damagedSheet();
    this.#rowNumber = number;
    const style = s !== undefined && /^(1|true)$/.test(customFormat ?? "") ? s : null;
    const pending = [...(this.cells.get(number) ?? [])].sort(([a], [b]) => a - b);
    this.#rowsLeft.delete(number);
    // Rows come in order: those that end above are not asked for again.
    if (this.#spills.length > 0) this.#spills = this.#spills.filter(({ to }) => to.row >= number);
    this.#row = { number, column: 0, start: this.#startOf(openEnd), openEnd, tag, pending, style, most: 0 };
  }

  #openCell(tag: SaxesTagPlain, end: number): void {
    const row = this.#row;
    if (!row) return;
    const { r, s, t } = tag.attributes;
    const place = r === undefined ? { row: row.number, column: row.column + 1 } : cellPlace(r);
    if (!place || place.row !== row.number || place.column <= row.column || place.column > lastColumn)
      throw damagedSheet();
    row.column = place.column;
    const start = this.#startOf(end);
    this.#insert(row, start, (column) => column < place.column);
    const { column } = place;
    const nothing = { hasFormula: false, hasText: false, value: "" };
    this.#cell = { column, start, style: s ?? null, type: t ?? "n", ...nothing };
  }

  #closeCell(tag: SaxesTagPlain, end: number): void {
    const [row, cell] = [this.#row, this.#cell];
    this.#cell = null;
    if (row && cell?.type === "s" && cell.hasText && cell.column === this.watched)
      this.#shared.set(row.number, Number(cell.value));
    if (!row || !cell || row.pending[0]?.[0] !== cell.column) return;
    const [column, text] = row.pending.shift() ?? [0, ""];
    if (cell.hasFormula || this.#showsText(cell) || this.#isSpilledInto(row.number, column)) {
      this.#filled.add(`${row.number} ${column}`);
      return;
    }
    const { start: from, style } = cell;
    this.#edits.push({ from, to: end, text: this.#cellXml(row, column, text, style, tag.name) });
  }

  /** A shared string may be an empty one; a number that leads to none is left alone. */
  #showsText({ type, value, hasText }: Cell): boolean {
    if (type !== "s" || !hasText) return hasText;
    return this.strings[Number(value)]?.trim() !== "";
  }

  #closeRow(tag: SaxesTagPlain, end: number): void {
    const row = this.#row;
    this.#row = null;
    if (!row) return;
    if (!tag.isSelfClosing) {
      this.#insert(row, this.#startOf(end), () => true);
      if (row.most > 0) this.#widenRow(row);
    } else if (row.pending.length > 0) throw damagedSheet();
  }

  /** Puts the pending cells of these columns in at a place between two cells. */
  #insert(row: Row, at: number, isBefore: (column: number) => boolean): void {
    for (let next = row.pending[0]; next && isBefore(next[0]); next = row.pending[0]) {
      row.pending.shift();
      const [column, text] = next;
      if (this.#isSpilledInto(row.number, column)) {
        this.#filled.add(`${row.number} ${column}`);
        continue;
      }
      const name = row.tag.name.replace(/row$/, "c");
      const style = row.style ?? this.#styleOfColumn(column);
      row.most = Math.max(row.most, column);
      this.#edits.push({ from: at, to: at, text: this.#cellXml(row, column, text, style, name) });
    }
  }

  #cellXml(row: Row, column: number, text: string, style: string | null, name: string): string {
    const prefix = name.slice(0, name.indexOf(":") + 1);
    return textCell(text, { reference: `${columnLetters(column)}${row.number}`, prefix, style });
  }

  #styleOfColumn(column: number): string | null {
    return this.#columnStyles.find(({ first, last }) => first <= column && column <= last)?.style ?? null;
  }

  /** Which columns a row uses is a hint for whoever reads it (18.3.1.73): it must not leave a new cell out. */
  #widenRow({ tag, start, openEnd, most }: Row): void {
    const bounds = (tag.attributes.spans ?? "").split(/[\s:]+/).map(Number);
    const last = Math.max(...bounds);
    if (tag.attributes.spans === undefined || !(last < most)) return;
    this.#setAttribute("spans", `${Math.min(...bounds)}:${most}`, start, openEnd);
  }

  /** The range of cells that are used (18.3.1.35): some programs read no further. */
  #widenDimension(end: number): void {
    const start = this.#startOf(end);
    const reference = /\bref\s*=\s*["']([A-Z0-9:]*)["']/.exec(this.xml.slice(start, end))?.[1] ?? "";
    const [first, last = first] = reference.split(":").map(cellPlace);
    if (!first || !last) return;
    const rows = [...this.cells.keys()];
    const columns = [...this.cells.values()].flatMap((row) => [...row.keys()]);
    const from = {
      row: lowest([first.row, ...rows]),
      column: lowest([first.column, ...columns]),
    };
    const to = { row: highest([last.row, ...rows]), column: highest([last.column, ...columns]) };
    const named = ({ row, column }: { row: number; column: number }) => `${columnLetters(column)}${row}`;
    const wider = `${named(from)}:${named(to)}`;
    if (wider !== reference && wider !== `${reference}:${reference}`)
      this.#setAttribute("ref", wider, start, end);
  }

  #setAttribute(name: string, value: string, start: number, end: number): void {
    const tag = this.xml.slice(start, end);
    const found = new RegExp(`(\\s${name}\\s*=\\s*)("[^"]*"|'[^']*')`).exec(tag);
    if (!found) return;
    const from = start + found.index + (found[1] ?? "").length;
    this.#edits.push({ from, to: from + (found[2] ?? "").length, text: `"${value}"` });
  }
}

const lowest = (numbers: number[]) => numbers.reduce((a, b) => Math.min(a, b));
const highest = (numbers: number[]) => numbers.reduce((a, b) => Math.max(a, b));
