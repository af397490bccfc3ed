import "server-only";
import { isAscii } from "node:buffer";
import { foldText } from "@/lib/platform/code/fold";
import type { ReadPart } from "./index-reads";
import { inflated } from "./inflate-together";

/** A part's text. */
export class PartText {
  readonly text: string;
  readonly isAscii: boolean;
  readonly bytes: number;
  readonly firstLine: number;
  readonly byteOffset: number;
  #folded: string | null = null;

  constructor(part: ReadPart) {
    const bytes = part.data;
    this.isAscii = isAscii(bytes);
    this.text = this.isAscii ? bytes.toString("latin1") : bytes.toString();
    this.bytes = bytes.length;
    this.firstLine = part.firstLine;
    this.byteOffset = part.byteOffset;
  }

  get folded(): string {
    this.#folded ??= this.isAscii ? this.text.toLowerCase() : foldText(this.text);
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

/** As it is stored: line, column, name, kind, parent, length. */
type SymbolRow = readonly [number, number, string, string, string | null, number];

/**
 * The symbols of a part whose name is wanted; a part without any has no data.
 * @param texts folded, of ASCII letters, digits and `_`: a name that is wanted has one of them in it; null = not known
 */
export function* symbolsOf(
  part: ReadPart,
  texts: readonly string[] | null,
  isWanted: (name: string) => boolean,
): Generator<IndexedSymbol> {
  if (part.data.length === 0) return;
  const json = inflated(part.data).toString();
  // Most parts that are read for a piece of a name have it in none: what is written down tells it as well.
  const folded = texts && foldText(json);
  if (texts && !texts.some((text) => folded?.includes(text))) return;
  for (const [line, column, name, kind, parent, length] of JSON.parse(json) as SymbolRow[])
    if (isWanted(name)) yield { line, column, name, kind, parent, length };
}
