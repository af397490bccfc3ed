import { asEcmaScript, type CharSet, charSet, union, widthOf } from "./char-sets";
import type { Regex } from "./regex-tree";

/**
 * What an expression's matches look like, as far as it helps to find them without trying it on whole lines: a bundle's line
 * may be a megabyte long.
 */
export interface Shape {
  /** The expression is these texts with `.*` between them; as typed and not folded. */
  chain: readonly string[] | null;
  /** Something that each match has in it, quick to find and never slow: global, by UTF-16 units; null = none is known. */
  core: RegExp | null;
  /** ASCII characters of which matches are made, 1 for each; null = of any. Others are always taken for such. */
  alphabet: Uint8Array | null;
  /** UTF-16 units that a match has at most; null = it has no end. */
  longest: number | null;
}

/** From here on an alphabet keeps nothing apart. */
const wideAlphabet = 90;
/** A character that may be one of so many says something. */
const narrowSet = 4;
const leastNarrow = 2;
/** Ways through the core: what it may cost at one place. */
const mostWays = 64;
const mostWaysLooked = 4;
const longestRepeat = 16;
/** How far around the core is looked, and over how many repetitions: it may be tried at each character. */
const longestLook = 33;
const mostRepeats = 2;
/** Beyond it, a window is no better than the line. */
const longestMatch = 2_000;

/** Of a tree that says all that the expression means. */
export function shapeOf(tree: Regex, isCaseSensitive: boolean): Shape {
  const reader = new ShapeReader(isCaseSensitive);
  const alphabet = union(reader.setsIn(tree)).ascii;
  const longest = lengthOf(tree);
  return {
    chain: chainOf(tree),
    core: reader.coreOf(tree.kind === "concat" ? tree.of : [tree]),
    alphabet: alphabet.reduce((sum, is) => sum + is, 0) < wideAlphabet ? alphabet : null,
    longest: longest !== null && longest <= longestMatch ? longest : null,
  };
}

function chainOf(tree: Regex): string[] | null {
  if (tree.kind !== "concat") return null;
  const chain = [""];
  for (const part of tree.of) {
    if (part.kind === "char" && part.of?.length === 1) {
      const [point = 0] = part.of;
      // What cannot be in a line, or stands for what could not be decoded.
      if (point > 0x10_ffff || point === 0xfffd || (point >= 0xd800 && point <= 0xdfff)) return null;
      if (point === 0x0a || point === 0x0d || point === 0) return null;
      chain.push((chain.pop() ?? "") + String.fromCodePoint(point));
    } else if (isAnything(part)) chain.push("");
    else return null;
  }
  return chain.length > 1 && !chain.includes("") ? chain : null;
}

const isAnything = (part: Regex) =>
  part.kind === "repeat" &&
  part.of.kind === "char" &&
  part.of.text === "." &&
  part.min === 0 &&
  part.max === null &&
  !part.isLazy;

/** UTF-16 units, two for each character; null = without end. */
function lengthOf(tree: Regex): number | null {
  switch (tree.kind) {
    case "char":
      return 2;
    case "place":
      return 0;
    case "repeat": {
      const one = lengthOf(tree.of);
      return one === null || tree.max === null ? null : one * tree.max;
    }
    case "concat":
    case "alternate": {
      let length = 0;
      for (const part of tree.of) {
        const one = lengthOf(part);
        if (one === null) return null;
        length = tree.kind === "concat" ? length + one : Math.max(length, one);
      }
      return length;
    }
  }
}

/** A piece of the core, how many of its characters say something, and in how many ways it can be gone through. */
interface Piece {
  source: string;
  narrow: number;
  ways: number;
}

/** A line's begin and end are so with the flag `m`, and a little more is; RE2's `\\b` is of ASCII too. */
function placeOf({ of, text }: Extract<Regex, { kind: "place" }>): string {
  return of === "begin" ? "^" : of === "end" ? "$" : text;
}

const timesOf = ({ min, max }: Extract<Regex, { kind: "repeat" }>) =>
  min > longestLook - 1
    ? `{${longestLook - 1}}`
    : `{${min},${Math.min(max ?? longestLook, longestLook - 1)}}`;

/** Characters of a set, and what is beyond them; where they may be more than is looked at, that is not looked at. */
function further(
  item: Extract<Regex, { kind: "repeat" }>,
  set: string,
  withNext: (some: string) => string,
): string {
  const near = withNext(set + timesOf(item));
  const mayBeLonger = item.max === null || item.max >= longestLook;
  return mayBeLonger ? `(?:${set}{${longestLook}}|${near})` : `(?:${near})`;
}

class ShapeReader {
  readonly #sets = new Map<string, CharSet>();
  readonly #isCaseSensitive: boolean;

  constructor(isCaseSensitive: boolean) {
    this.#isCaseSensitive = isCaseSensitive;
  }

  setsIn(tree: Regex): CharSet[] {
    if (tree.kind === "char") return [charSet(tree, this.#isCaseSensitive, this.#sets)];
    if (tree.kind === "place") return [];
    return tree.kind === "repeat" ? this.setsIn(tree.of) : tree.of.flatMap((part) => this.setsIn(part));
  }

  /** The run of items that says the most. */
  coreOf(items: readonly Regex[]): RegExp | null {
    let best: Piece = { source: "", narrow: 0, ways: 1 };
    for (let from = 0; from < items.length; from++) {
      const run: Piece = { source: "", narrow: 0, ways: 1 };
      // Ends with something that says something: what is behind it is only looked at there, if at all.
      let told = { ...run, to: from };
      let to = from;
      for (; to < items.length; to++) {
        const piece = this.#pieceOf(items[to] as Regex);
        if (!piece || run.ways * piece.ways > mostWays || (to === from && piece.narrow === 0)) break;
        run.source += piece.source;
        run.narrow += piece.narrow;
        run.ways *= piece.ways;
        if (piece.narrow > 0) told = { ...run, to: to + 1 };
      }
      if (told.narrow > best.narrow) best = { ...told, source: this.#lookingAround(items, from, told) };
      if (to > from) from = to - 1;
    }
    return best.narrow >= leastNarrow ? new RegExp(best.source, "gm") : null;
  }

  /** Where a run has many ways, each would be looked around. */
  #lookingAround(items: readonly Regex[], from: number, run: Piece & { to: number }): string {
    if (run.ways > mostWaysLooked) return run.source;
    const before = this.#before(items.slice(0, from), run.source);
    return run.source + before + this.#behind(items.slice(run.to));
  }

  /** What stands before the run, as far as it can be told in a few steps; looked at once the run is there. */
  #before(items: readonly Regex[], run: string): string {
    let repeats = 0;
    const of = (at: number): string => {
      const item = items[at];
      if (item?.kind === "place") return of(at - 1) + placeOf(item);
      if (item?.kind === "char") return of(at - 1) + this.#setOf(item);
      if (item?.kind !== "repeat" || item.of.kind !== "char" || ++repeats > mostRepeats) return "";
      return further(item, this.#setOf(item.of), (some) => of(at - 1) + some);
    };
    const source = of(items.length - 1);
    return source === "" ? "" : `(?<=${source}${run})`;
  }

  #behind(items: readonly Regex[]): string {
    let repeats = 0;
    const of = (at: number): string => {
      const item = items[at];
      if (item?.kind === "place") return placeOf(item) + of(at + 1);
      if (item?.kind === "char") return this.#setOf(item) + of(at + 1);
      if (item?.kind !== "repeat" || item.of.kind !== "char" || ++repeats > mostRepeats) return "";
      return further(item, this.#setOf(item.of), (some) => some + of(at + 1));
    };
    const source = of(0);
    return source === "" ? "" : `(?=${source})`;
  }

  #setOf(char: Extract<Regex, { kind: "char" }>): string {
    return asEcmaScript(charSet(char, this.#isCaseSensitive, this.#sets));
  }

  /** An item as ECMAScript writes it, or more than it; null for what may go on without end, and what is left out for its cost. */
  #pieceOf(item: Regex): Piece | null {
    switch (item.kind) {
      case "place":
        return { source: placeOf(item), narrow: 0, ways: 1 };
      case "char": {
        const set = charSet(item, this.#isCaseSensitive, this.#sets);
        return { source: asEcmaScript(set), narrow: widthOf(set) <= narrowSet ? 1 : 0, ways: 1 };
      }
      case "concat": {
        const all: Piece = { source: "", narrow: 0, ways: 1 };
        for (const part of item.of) {
          const piece = this.#pieceOf(part);
          if (!piece) return null;
          all.source += piece.source;
          all.narrow += piece.narrow;
          all.ways *= piece.ways;
        }
        return all.ways > mostWays ? null : all;
      }
      case "alternate": {
        const all = item.of.map((part) => this.#pieceOf(part)).filter((piece) => piece !== null);
        if (all.length < item.of.length) return null;
        const ways = all.reduce((sum, piece) => sum + piece.ways, 0);
        const narrow = Math.min(...all.map((piece) => piece.narrow));
        return ways > mostWays
          ? null
          : { source: `(?:${all.map(({ source }) => source).join("|")})`, narrow, ways };
      }
      case "repeat": {
        const { min, max } = item;
        const piece = this.#pieceOf(item.of);
        if (!piece || max === null || max > longestRepeat || piece.ways > 1) return null;
        return {
          source: `(?:${piece.source}){${min},${max}}`,
          narrow: piece.narrow * min,
          ways: max - min + 1,
        };
      }
    }
  }
}
