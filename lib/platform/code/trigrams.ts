import { foldText } from "./fold";
import type { KeySink } from "./key-sink";
import { mixed } from "./mixed-hash";
import { addSpelt } from "./spelt-keys";

/**
 * Keys of the code index, of 32 bits: trigrams of content below 2^25 (of three ASCII characters as they are, others hashed
 * into the upper half), those of symbols' names above them; from 2^26 on hashes of content: 2^20 of five characters, 2^22 of
 * whole words, 2^20 of how lines begin and 2^20 of how they end, 2^20 each of five and of three characters as they are
 * spelt, then 2^20 of how names begin; and hashes of whole names from 2^31 on. Different texts may have the same key: what is
 * found by it is looked at again.
 */
const hashed = 2 ** 24;
const ofSymbols = 2 ** 25;
const ofFives = 2 ** 26;
/** Behind the keys of pieces of text; those of whole names are the only others. */
export const endOfPieces = ofFives + 2 ** 20 + 2 ** 22 + 5 * 2 ** 20;
const ofWords = ofFives + 2 ** 20;
const ofBegins = ofWords + 2 ** 22;
const ofEnds = ofBegins + 2 ** 20;
const ofSpeltFives = ofEnds + 2 ** 20;
const ofSpeltThrees = ofSpeltFives + 2 ** 20;
const ofNameBegins = ofSpeltThrees + 2 ** 20;
const ofNames = 2 ** 31;
const newline = 0x0a;
/** Longer words have no key, in UTF-16 units. */
const longestWord = 32;

/**
 * Adds the keys of text, folded: of each three and each five code points, none of which spans the end of a line, of each
 * word, and of how each line begins and ends. Then those of how it is spelt, where that is otherwise.
 */
export function contentKeys(text: string, into: KeySink): void {
  const folded = foldText(text);
  addTrigrams(folded, 0, into);
  addFives(folded, into);
  addWords(text, folded, into);
  addEdges(folded, into);
  addSpelt(text, folded, speltInto(into));
}

function speltInto(into: KeySink) {
  return {
    fives: { add: (hash: number) => into.add(ofSpeltFives + hash) },
    threes: { add: (hash: number) => into.add(ofSpeltThrees + hash) },
  };
}

/**
 * The keys that each line with this folded literal in it has; none when it is shorter than three code points. Those of five
 * code points say all that its trigrams do, and far fewer parts have them.
 */
export function literalKeys(foldedLiteral: string): number[] {
  const keys = new Set<number>();
  addFives(foldedLiteral, keys);
  if (keys.size === 0) addTrigrams(foldedLiteral, 0, keys);
  return [...keys];
}

/**
 * The keys that each line with this literal in it has as it is spelt: of each five UTF-16 units, or of each three where it has
 * no five; those of them that have no capital are as they are when folded. None when it is shorter than three.
 */
export function speltKeys(literal: string): number[] {
  const folded = foldText(literal);
  if (literal === folded) return literalKeys(folded);
  const keys = new Set<number>();
  const length = literal.length < 5 ? 3 : 5;
  for (let from = 0; from + length <= literal.length; from++) {
    const [spelt, plain] = [literal.slice(from, from + length), folded.slice(from, from + length)];
    const sinks = speltInto(keys);
    const few = { ...sinks, ...(length === 5 ? { threes: new Set<number>() } : {}) };
    if (spelt !== plain) addSpelt(spelt, plain, few);
    // Half a pair is no code point of any text.
    else if (spelt.isWellFormed()) for (const key of literalKeys(plain)) keys.add(key);
  }
  return [...keys];
}

/**
 * The key that text has in which this folded word stands between ends of words, as RE2's `\b` sees them; none when it is too
 * long for one.
 */
export function wordKeys(foldedWord: string): number[] {
  const keys = new Set<number>();
  addWords(foldedWord, foldedWord, keys);
  return [...keys];
}

/** The key of lines that begin with this folded text, white space before it aside; none when it is shorter than three code points. */
export function lineBeginKeys(folded: string): number[] {
  const keys = new Set<number>();
  addBegin(folded, 0, folded.length, keys);
  return [...keys].slice(-1);
}

/** The key of symbols whose name begins with this folded text, white space before it aside; none when it is shorter than three code points. */
export function nameBeginKeys(folded: string): number[] {
  const keys = new Set<number>();
  addNameBegin(folded, keys);
  return [...keys].slice(-1);
}

/** The key of lines that end with this folded text, white space behind it aside; none when it is shorter than three code points. */
export function lineEndKeys(folded: string): number[] {
  const keys = new Set<number>();
  addEnd(folded, 0, folded.length, keys);
  return [...keys].slice(-1);
}

/** Adds the keys of a symbol's folded name, that of the whole name among them. */
export function symbolKeys(foldedName: string, into: KeySink): void {
  addTrigrams(foldedName, ofSymbols, into);
  addNameBegin(foldedName.replace(/^[\t\n\f\r ]+/, ""), into);
  into.add(symbolNameKey(foldedName));
}

/** The keys that each symbol has with this folded literal in its name; none when it is shorter than three code points. */
export function symbolLiteralKeys(foldedLiteral: string): number[] {
  const keys = new Set<number>();
  addTrigrams(foldedLiteral, ofSymbols, keys);
  return [...keys];
}

/** The key of a symbol that is called exactly so. */
export function symbolNameKey(foldedName: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < foldedName.length; at++)
    hash = Math.imul(hash ^ foldedName.charCodeAt(at), 0x01000193);
  return ofNames + (mixed(hash) >>> 1);
}

function addTrigrams(text: string, base: number, into: KeySink): void {
  let first = -1;
  let second = -1;
  for (let at = 0; at < text.length; at++) {
    let third = text.charCodeAt(at);
    if (third === newline) {
      first = -1;
      second = -1;
      continue;
    }
    if (third >= 0xd800 && third <= 0xdbff) {
      third = text.codePointAt(at) ?? third;
      if (third > 0xffff) at += 1;
    }
    if (first !== -1) into.add(base + trigram(first, second, third));
    first = second;
    second = third;
  }
}

function trigram(first: number, second: number, third: number): number {
  if ((first | second | third) < 0x80) return (first << 16) | (second << 8) | third;
  const hash = Math.imul(Math.imul(Math.imul(first, 0x01000193) ^ second, 0x01000193) ^ third, 0x85ebca6b);
  return hashed + (mixed(hash) >>> 8);
}

function addFives(text: string, into: KeySink): void {
  let first = -1;
  let second = -1;
  let third = -1;
  let fourth = -1;
  for (let at = 0; at < text.length; at++) {
    let fifth = text.charCodeAt(at);
    if (fifth === newline) {
      first = -1;
      second = -1;
      third = -1;
      fourth = -1;
      continue;
    }
    if (fifth >= 0xd800 && fifth <= 0xdbff) {
      fifth = text.codePointAt(at) ?? fifth;
      if (fifth > 0xffff) at += 1;
    }
    if (first !== -1) {
      let hash = Math.imul(first, 0x01000193) ^ second;
      hash = Math.imul(hash, 0x01000193) ^ third;
      hash = Math.imul(hash, 0x01000193) ^ fourth;
      hash = Math.imul(hash, 0x01000193) ^ fifth;
      into.add(ofFives + (mixed(Math.imul(hash, 0x85ebca6b)) >>> 12));
    }
    first = second;
    second = third;
    third = fourth;
    fourth = fifth;
  }
}

/** Digits, letters and the underscore, of folded text: what `\w` is to RE2. */
const isOfWord = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  /\w/.test(String.fromCharCode(unit)) ? 1 : 0,
);

function addWords(text: string, folded: string, into: KeySink): void {
  for (let at = 0; at < folded.length; at++) {
    if (isOfWord[folded.charCodeAt(at)] !== 1) continue;
    const from = at;
    let hash = 0;
    let isOdd = false;
    for (; at < folded.length; at++) {
      const unit = folded.charCodeAt(at);
      if (isOfWord[unit] !== 1) break;
      hash = Math.imul(hash ^ unit, 0x01000193);
      isOdd ||= text.charCodeAt(at) > 0x7f;
    }
    if (isOdd) addOddWords(text, folded, from, at, into);
    else if (at - from <= longestWord) into.add(wordKey(hash));
  }
}

/**
 * The Kelvin sign and the long s fold to letters, and are none to `\b`: a word has ends within it where they begin and end.
 * Whatever stands between two ends may be taken for a word.
 */
function addOddWords(text: string, folded: string, from: number, to: number, into: KeySink): void {
  const isLetter = (at: number) => text.charCodeAt(at) <= 0x7f;
  const isEnd = (at: number) => at === from || at === to || isLetter(at) !== isLetter(at - 1);
  for (let begin = from; begin < to; begin++) {
    if (!isEnd(begin)) continue;
    let hash = 0;
    for (let at = begin; at < to && at - begin < longestWord; at++) {
      hash = Math.imul(hash ^ folded.charCodeAt(at), 0x01000193);
      if (isEnd(at + 1)) into.add(wordKey(hash));
    }
  }
}

const wordKey = (hash: number) => ofWords + (mixed(Math.imul(hash, 0x85ebca6b)) >>> 10);

/** What RE2's `\s` is, the end of a line aside. */
const isSpace = (unit: number) => unit === 0x20 || unit === 0x09 || unit === 0x0d || unit === 0x0c;

function addEdges(text: string, into: KeySink): void {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    let from = start;
    while (from < end && isSpace(text.charCodeAt(from))) from += 1;
    let to = end;
    while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
    if (from < to) {
      addBegin(text, from, end, into);
      addEnd(text, start, to, into);
    }
    start = end + 1;
  }
}

/** Of the first three code points and of the first five. */
function addBegin(text: string, from: number, to: number, into: KeySink): void {
  let hash = 0;
  for (let at = from, count = 1; at < to && count <= 5; count++) {
    const point = text.codePointAt(at) ?? 0;
    at += point > 0xffff ? 2 : 1;
    hash = Math.imul(hash ^ point, 0x01000193);
    if (count === 3 || count === 5) into.add(ofBegins + (mixed(Math.imul(hash, 0x85ebca6b)) >>> 12));
  }
}

function addNameBegin(name: string, into: KeySink): void {
  addBegin(name, 0, name.length, { add: (key) => into.add(key - ofBegins + ofNameBegins) });
}

/** Of the last three code points and of the last five. */
function addEnd(text: string, from: number, to: number, into: KeySink): void {
  let hash = 0;
  for (let at = to - 1, count = 1; at >= from && count <= 5; count++) {
    const pair = at > from ? (text.codePointAt(at - 1) ?? 0) : 0;
    const point = pair > 0xffff ? pair : text.charCodeAt(at);
    at -= pair > 0xffff ? 2 : 1;
    hash = Math.imul(hash ^ point, 0x01000193);
    if (count === 3 || count === 5) into.add(ofEnds + (mixed(Math.imul(hash, 0x85ebca6b)) >>> 12));
  }
}
