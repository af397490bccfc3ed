/**
 * Keys of the code index, of 32 bits: trigrams of content below 2^25 (of three ASCII characters as they are, others hashed
 * into the upper half), those of symbols' names above them, hashes of five characters of content in the 2^20 from 2^26 on,
 * and hashes of whole names from 2^31 on. Different texts may have the same key: what is found by it is looked at again.
 */
const hashed = 2 ** 24;
const ofSymbols = 2 ** 25;
const ofFives = 2 ** 26;
/** Behind the keys of pieces of text; those of whole names are the only others. */
export const endOfPieces = ofFives + 2 ** 20;
const ofNames = 2 ** 31;
const newline = 0x0a;

/** A set of numbers, or whatever gathers them. */
export interface KeySink {
  add(key: number): unknown;
}

/** Adds the keys of folded text, of each three and each five code points; none spans the end of a line. */
export function contentKeys(folded: string, into: KeySink): void {
  addTrigrams(folded, 0, into);
  addFives(folded, into);
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

/** Adds the keys of a symbol's folded name, that of the whole name among them. */
export function symbolKeys(foldedName: string, into: KeySink): void {
  addTrigrams(foldedName, ofSymbols, into);
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

function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  const whole = Math.imul(half ^ (half >>> 12), 0x297a2d39);
  return (whole ^ (whole >>> 15)) >>> 0;
}
