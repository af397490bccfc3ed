import { type Identifier, identifierAt, identifiersIn } from "./viewer-rows";

/** An identifier on the page: where it stands and what it is drawn by. */
export interface FoundIdentifier extends Identifier {
  line: number;
  /** The line's element, with its text alone. */
  code: HTMLElement;
}

function lineOf(code: HTMLElement): number {
  return Number(code.parentElement?.dataset.line);
}

const textOf = (code: HTMLElement): string => code.textContent ?? "";

const nameless = ".tok-keyword, .tok-string, .tok-comment, .tok-number, .tok-regexp, .tok, .line-cut";

/** Keywords, text and remarks name nothing that has a definition. */
function isNameless(node: Node): boolean {
  return node.parentElement?.closest(nameless) != null;
}

type CaretFrom = { caretPositionFromPoint?: (x: number, y: number) => CaretPosition | null };

function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  const ask = document as Document & CaretFrom;
  if (ask.caretPositionFromPoint) {
    const caret = ask.caretPositionFromPoint(x, y);
    return caret ? { node: caret.offsetNode, offset: caret.offset } : null;
  }
  const range = document.caretRangeFromPoint(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}

/** The identifier at a place of a line's text. */
function identifierIn(code: HTMLElement, node: Node, offset: number): FoundIdentifier | null {
  const before = document.createRange();
  before.setStart(code, 0);
  before.setEnd(node, offset);
  const at = before.toString().length;
  const found = identifierAt(textOf(code), at) ?? identifierAt(textOf(code), at - 1);
  return found ? { ...found, line: lineOf(code), code } : null;
}

/** The identifier under the pointer. */
export function identifierUnder(x: number, y: number): FoundIdentifier | null {
  const caret = caretAt(x, y);
  const code = caret?.node.parentElement?.closest<HTMLElement>("[data-line] > code");
  if (!caret || !code || isNameless(caret.node)) return null;
  const found = identifierIn(code, caret.node, caret.offset);
  if (!found) return null;
  // The caret is the nearest one; what counts is whether the pointer stands on the word.
  const boxes = [...rangeOf(found).getClientRects()];
  return boxes.some((b) => x >= b.left && x <= b.right && y >= b.top && y <= b.bottom) ? found : null;
}

/** The identifier that is selected, or that holds the selection's begin. */
export function identifierSelected(rows: HTMLElement): FoundIdentifier | null {
  const selection = document.getSelection();
  const node = selection?.anchorNode;
  if (!selection || !node || !rows.contains(node)) return null;
  const range = selection.getRangeAt(0);
  const from = range.startContainer;
  const element = from instanceof HTMLElement ? from : from.parentElement;
  const code = element?.closest<HTMLElement>("[data-line] > code");
  return code ? identifierIn(code, from, range.startOffset) : null;
}

/** The text of an identifier as a range of the document. */
export function rangeOf({ code, from, to }: Pick<FoundIdentifier, "code" | "from" | "to">): Range {
  const range = document.createRange();
  range.selectNodeContents(code);
  const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  let passed = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.nodeValue?.length ?? 0;
    if (from >= passed && from < passed + length) range.setStart(node, from - passed);
    if (to > passed && to <= passed + length) {
      range.setEnd(node, to - passed);
      break;
    }
    passed += length;
  }
  return range;
}

type Step = "next" | "previous" | "down" | "up";

/** The identifier that an arrow key leads to from this one. */
export function stepFrom(
  rows: HTMLElement,
  current: FoundIdentifier | null,
  step: Step,
): FoundIdentifier | null {
  const lines = [...rows.querySelectorAll<HTMLElement>("[data-line] > code")];
  if (!current) return firstFrom(lines, Math.max(0, lines.findIndex(isInView)));
  const at = lines.indexOf(current.code);
  const here = named(current.code);
  const place = here.findIndex((each) => each.from === current.from);
  if (step === "next") return here[place + 1] ?? firstFrom(lines, at + 1);
  if (step === "previous") return here[place - 1] ?? lastBefore(lines, at)?.at(-1) ?? null;
  const row = step === "down" ? rowFrom(lines, at + 1) : lastBefore(lines, at);
  return row?.findLast((each) => each.from <= current.from) ?? row?.[0] ?? null;
}

function isInView(code: HTMLElement): boolean {
  const scroller = code.closest(".code-scroll");
  return scroller !== null && code.getBoundingClientRect().top >= scroller.getBoundingClientRect().top;
}

function named(code: HTMLElement): FoundIdentifier[] {
  return identifiersIn(textOf(code))
    .map((each) => ({ ...each, line: lineOf(code), code }))
    .filter((each) => !isNameless(rangeOf(each).startContainer));
}

function rowFrom(lines: HTMLElement[], from: number): FoundIdentifier[] | null {
  for (const code of lines.slice(from)) {
    const row = named(code);
    if (row.length > 0) return row;
  }
  return null;
}

const firstFrom = (lines: HTMLElement[], from: number) => rowFrom(lines, from)?.[0] ?? null;

function lastBefore(lines: HTMLElement[], at: number): FoundIdentifier[] | null {
  return rowFrom(lines.slice(0, at).reverse(), 0);
}
