import { foldText } from "@/lib/platform/code/fold";
import { endsInSpaces, hasText, isMark, lineBeginsOf, lineEndsOf, literalsOf, marks, wordsOf } from "./marks";
import type { Regex } from "./regex-tree";

/**
 * What the index is asked for, folded or as it is spelt: literals that the text of every match contains; words that stand in it
 * between ends of words; what its line begins and ends with, white space aside. Beside each of the latter stand the literals
 * that it has.
 */
export type KeyNeed =
  | { and: KeyNeed[] }
  | { or: KeyNeed[] }
  | { literal: string }
  | { word: string }
  | { lineBegin: string }
  | { lineEnd: string }
  | { any: true };

const maxStrings = 16;
const maxCharacters = 1024;

/** The strings which it matches, folded and with marks, and no others; or null, with what each of its matches contains. */
type Meaning = { strings: string[] } | { strings: null; need: KeyNeed };

const any: KeyNeed = { any: true };
const isAny = (need: KeyNeed) => "any" in need;

const idOf = (need: KeyNeed) => JSON.stringify(need);
const partsOf = (need: KeyNeed) => ("and" in need ? need.and : [need]);

function allOf(needs: KeyNeed[]): KeyNeed {
  const all = needs.flatMap(partsOf).filter((need) => !isAny(need));
  const and = [...new Map(all.map((need) => [idOf(need), need])).values()];
  return and.length > 1 ? { and } : (and[0] ?? any);
}

/** What all alternatives need is needed whichever it is. */
function oneOf(needs: KeyNeed[]): KeyNeed {
  if (needs.length === 0 || needs.some(isAny)) return any;
  const ids = needs.map((need) => new Set(partsOf(need).map(idOf)));
  const isCommon = (need: KeyNeed) => ids.every((those) => those.has(idOf(need)));
  const common = partsOf(needs[0] ?? any).filter(isCommon);
  const others = needs.map((need) => allOf(partsOf(need).filter((part) => !isCommon(part))));
  const or = [...new Map(others.map((need) => [idOf(need), need])).values()];
  return allOf([...common, or.some(isAny) ? any : { or }]);
}

function needOfString(marked: string): KeyNeed {
  return allOf([
    ...literalsOf(marked).map((literal) => ({ literal })),
    ...wordsOf(marked).map((word) => ({ word })),
    ...lineBeginsOf(marked).map((lineBegin) => ({ lineBegin })),
    ...lineEndsOf(marked).map((lineEnd) => ({ lineEnd })),
  ]);
}

/** Those that contain another one are needless: who has the longer has the shorter. */
function needOf(strings: readonly string[]): KeyNeed {
  const least = strings.filter((one) => !strings.some((other) => other !== one && one.includes(other)));
  return oneOf(least.map(needOfString));
}

function ifFew(strings: readonly string[]): string[] | null {
  const few = [...new Set(strings)];
  const characters = few.reduce((sum, one) => sum + one.length, 0);
  return few.length <= maxStrings && characters <= maxCharacters ? few : null;
}

const joined = (left: readonly string[], right: readonly string[]) =>
  left.length * right.length > maxStrings
    ? null
    : ifFew(left.flatMap((one) => right.map((other) => one + other)));

/** Strings that stand side by side, as far as they are known, and what was needed before them. */
class Run {
  private strings: string[] = [""];
  private readonly needs: KeyNeed[] = [];
  private isWhole = true;

  /** The strings come next. */
  add(strings: readonly string[]) {
    if (this.isApartFrom(strings)) {
      const areSure = this.strings.every((one) => one.endsWith(marks.spaces));
      this.cut();
      this.strings = [areSure ? marks.spaces : ""];
    }
    const longer = joined(this.strings, strings);
    if (!longer) this.cut();
    this.strings = longer ?? [...strings];
  }

  /** Something unknown comes next, which needs that. */
  cut(need: KeyNeed = any) {
    this.needs.push(needOf(this.strings), need);
    this.strings = [""];
    this.isWhole = false;
  }

  /** Anything that begins and ends with one of the strings. */
  addAround(strings: readonly string[]) {
    this.add(strings);
    this.cut();
    this.add(strings);
  }

  /** White space parts alternatives: joined, they would be more, and say little more. */
  private isApartFrom(strings: readonly string[]): boolean {
    const isOne = this.strings.length === 1 && strings.length === 1;
    return !isOne && this.strings.every(endsInSpaces) && this.strings.some(hasText) && strings.some(hasText);
  }

  meaning(): Meaning {
    if (this.isWhole) return { strings: this.strings };
    return { strings: null, need: allOf([...this.needs, needOf(this.strings)]) };
  }
}

const spaces: readonly (number | undefined)[] = [0x09, 0x0a, 0x0c, 0x0d, 0x20];
const areSpaces = (points: readonly number[]) =>
  points.length > 0 && points.every((point) => spaces.includes(point));

function charOf(points: readonly number[] | null, asSpelt: boolean): Meaning {
  // Half a pair and the replacement character stand for what could not be decoded.
  const isOdd = (point: number) =>
    point > 0x10_ffff || point === 0xfffd || (point >= 0xd800 && point <= 0xdfff) || isMark(point);
  if (points && points.length > 2 && areSpaces(points)) return { strings: [marks.spaces] };
  if (!points || points.length === 0 || points.some(isOdd)) return { strings: null, need: any };
  const texts = points.map((point) => String.fromCodePoint(point));
  return { strings: [...new Set(asSpelt ? texts : texts.map(foldText))] };
}

function times(strings: readonly string[], count: number): string[] | null {
  let all: string[] | null = [""];
  for (let n = 0; n < count && all; n++) all = joined(all, strings);
  return all;
}

function repeated(of: Meaning, min: number, max: number | null): Meaning {
  if (min === 0) {
    const few = max === 1 && of.strings ? ifFew([...of.strings, ""]) : null;
    if (max === 0) return { strings: [""] };
    return few ? { strings: few } : { strings: null, need: any };
  }
  if (!of.strings) return of;
  const least = times(of.strings, min);
  if (least && min === max) return { strings: least };
  const run = new Run();
  run.addAround(least ?? of.strings);
  return run.meaning();
}

/** Of white space of which it is not known how much, or what; null when it is anything else. */
function repeatedSpace(of: Regex, min: number, max: number | null): Meaning | null {
  if (of.kind !== "char" || !of.of || !areSpaces(of.of) || max === 0) return null;
  if (of.of.length === 1 && (min > 0 || max === 1)) return null;
  return { strings: [min === 0 ? marks.maybeSpaces : marks.spaces] };
}

function placeMark(of: "begin" | "end" | "boundary" | "other"): string {
  return of === "other" ? "" : marks[of];
}

/** Reads what trees mean, each once: what repeats asks for the meaning of what it repeats twice, and may stand in what repeats. */
class Meanings {
  readonly #known = new Map<Regex, Meaning>();
  readonly #asSpelt: boolean;

  constructor(asSpelt: boolean) {
    this.#asSpelt = asSpelt;
  }

  of(tree: Regex): Meaning {
    const found = this.#known.get(tree);
    if (found) return found;
    const read = this.#read(tree);
    this.#known.set(tree, read);
    return read;
  }

  #read(tree: Regex): Meaning {
    switch (tree.kind) {
      case "char":
        return charOf(tree.of, this.#asSpelt);
      case "place":
        return { strings: [placeMark(tree.of)] };
      case "repeat":
        return repeatedSpace(tree.of, tree.min, tree.max) ?? repeated(this.of(tree.of), tree.min, tree.max);
      case "alternate": {
        const all = tree.of.map((part) => this.of(part));
        const strings = all.every((one) => one.strings)
          ? ifFew(all.flatMap((one) => one.strings ?? []))
          : null;
        if (strings) return { strings };
        return {
          strings: null,
          need: oneOf(all.map((one) => (one.strings ? needOf(one.strings) : one.need))),
        };
      }
      case "concat":
        return this.#concatenated(tree.of);
    }
  }

  #concatenated(parts: readonly Regex[]): Meaning {
    const run = new Run();
    for (const part of parts) {
      const meaning = this.of(part);
      if (meaning.strings) run.add(meaning.strings);
      else if (part.kind === "repeat" && part.min > 0) {
        const inner = this.of(part.of).strings;
        const least = inner && (times(inner, part.min) ?? inner);
        if (least) run.addAround(least);
        else run.cut(meaning.need);
      } else run.cut(meaning.need);
    }
    return run.meaning();
  }
}

/**
 * What the text of every match contains, and its line. Never more than that: what is not sure is not asked for.
 * @param asSpelt as it is; else both it and the text are folded
 */
export function needOfRegex(tree: Regex, asSpelt = false): KeyNeed {
  const meaning = new Meanings(asSpelt).of(tree);
  return meaning.strings ? needOf(meaning.strings) : meaning.need;
}
