import "server-only";
import { isAscii } from "node:buffer";
import { foldText } from "@/lib/platform/code/fold";
import type { ReadPart } from "./index-reads";
import { inflated } from "./inflate-together";

/** A part's text. */
export class PartText {
  readonly text: string;
  readonly bytes: number;
  readonly firstLine: number;
  readonly byteOffset: number;
  #folded: string | null = null;

  constructor(part: ReadPart) {
    const bytes = part.data;
    this.text = isAscii(bytes) ? bytes.toString("latin1") : bytes.toString();
    this.bytes = bytes.length;
    this.firstLine = part.firstLine;
    this.byteOffset = part.byteOffset;
  }

  get folded(): string {
    this.#folded ??= foldText(this.text);
    return this.#folded;
  }
}

/** A symbol of a file: line and column from 1, the latter in UTF-16 units. */
export interface IndexedSymbol {
  line: number;
  column: number;
  name: string;
  kind: string;
  parent: string | null;
  length: number;
}

type SymbolRow = readonly [number, number, string, string, string | null, number];

/** The symbols of a part. */
export function symbolsOf(part: ReadPart): IndexedSymbol[] {
  const rows = JSON.parse(inflated(part.data).toString()) as SymbolRow[];
  return rows.map(([line, column, name, kind, parent, length]) => ({
    line,
    column,
    name,
    kind,
    parent,
    length,
  }));
}
