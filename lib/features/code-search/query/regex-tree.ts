/** As much of a regular expression as tells which text it needs. */
export type Regex =
  /** One of these code points; null where they are too many or not known. `text` is how it is written: a class, an escape. */
  | { kind: "char"; of: readonly number[] | null; text: string }
  /** `^` `$` `\b` and other places between characters. */
  | { kind: "place"; of: "begin" | "end" | "boundary" | "other"; text: string }
  | { kind: "concat" | "alternate"; of: Regex[] }
  | { kind: "repeat"; of: Regex; min: number; max: number | null; isLazy: boolean };

/** Something whose meaning the reader does not vouch for: the expression is then taken to need nothing. */
class Unsure extends Error {}

const maxMembers = 8;
const controls: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const space: Regex = { kind: "char", of: [0x09, 0x0a, 0x0c, 0x0d, 0x20], text: "\\s" };
const places: Record<string, "begin" | "end" | "boundary"> = { A: "begin", z: "end", b: "boundary" };

interface Reading {
  source: string;
  at: number;
  /** Inside an expression the flags of which differ from those it was given. */
  hasFlags: boolean;
}

function pointAt({ source, at }: Reading): number {
  const point = source.codePointAt(at);
  if (point === undefined) throw new Unsure();
  return point;
}

function take(reading: Reading): number {
  const point = pointAt(reading);
  reading.at += point > 0xffff ? 2 : 1;
  return point;
}

/** What the pattern finds next, which must be sticky; the reading goes on behind it. */
function takeIf(reading: Reading, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.source);
  if (found) reading.at += found[0].length;
  return found;
}

/** Behind its backslash; null for a class such as \w or \pL. */
function readEscape(reading: Reading): number | null {
  if (takeIf(reading, /[pP](?:\{[^}]*\}|[A-Za-z])/y)) return null;
  const hex = takeIf(reading, /x(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/y);
  if (hex) return Number.parseInt(hex[1] ?? hex[2] ?? "", 16);
  const name = String.fromCodePoint(take(reading));
  if (/[dDsSwW]/.test(name)) return null;
  const control = controls[name];
  if (control !== undefined) return control;
  if (/[\0-\x7f]/.test(name) && !/[0-9A-Za-z]/.test(name)) return name.charCodeAt(0);
  throw new Unsure();
}

/** A member of a class or the end of a range in it; null for a class within it. */
const readMember = (reading: Reading) => {
  const point = take(reading);
  return point === 0x5c ? readEscape(reading) : point;
};

/** Behind its bracket. */
function readClass(reading: Reading): Regex {
  const begin = reading.at - 1;
  const isNegated = takeIf(reading, /\^/y) !== null;
  const members = new Set<number>();
  let isKnown = !isNegated;
  for (let first = true; first || !takeIf(reading, /\]/y); first = false) {
    if (takeIf(reading, /\[:\^?[a-z]+:\]/y)) {
      isKnown = false;
      continue;
    }
    const low = readMember(reading);
    if (low === null) {
      isKnown = false;
      continue;
    }
    const high = takeIf(reading, /-(?!\])/y) ? readMember(reading) : low;
    if (high === null) throw new Unsure();
    if (high - low >= maxMembers) isKnown = false;
    for (let point = low; isKnown && point <= high; point++) members.add(point);
  }
  const of = isKnown && members.size <= maxMembers ? [...members] : null;
  return { kind: "char", of, text: reading.source.slice(begin, reading.at) };
}

/** Its `*`, `+`, `?` or `{n,m}`, if it has one. */
function readRepeat(reading: Reading): { min: number; max: number | null; isLazy: boolean } | null {
  const found = takeIf(reading, /([*+?])\??|\{(0|[1-9]\d*)(,(0|[1-9]\d*)?)?\}\??/y);
  if (!found) return null;
  const [all, sign, least, comma, most] = found;
  const isLazy = all.length > 1 && all.endsWith("?");
  if (sign) return { min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : null, isLazy };
  const min = Number(least);
  const max = comma === undefined ? min : most === undefined ? null : Number(most);
  if (min > 1000 || (max !== null && (max > 1000 || max < min))) throw new Unsure();
  return { min, max, isLazy };
}

function readEscaped(reading: Reading, of: Regex[]) {
  const quoted = takeIf(reading, /Q([\s\S]*?)(?:\\E|$)/y);
  if (quoted) {
    for (const text of quoted[1] ?? "") of.push(literalChar(text.codePointAt(0) ?? 0));
    return;
  }
  const place = takeIf(reading, /[AbBz]/y);
  if (place) {
    const [name] = place;
    of.push({ kind: "place", of: places[name] ?? "other", text: `\\${name}` });
    return;
  }
  if (takeIf(reading, /s/y)) {
    of.push(space);
    return;
  }
  const begin = reading.at - 1;
  const point = readEscape(reading);
  const text = reading.source.slice(begin, reading.at);
  of.push({ kind: "char", of: point === null ? null : [point], text });
}

function literalChar(point: number): Regex {
  return { kind: "char", of: [point], text: String.fromCodePoint(point).replace(/[^\w\s]/, "\\$&") };
}

/** Behind its parenthesis. Flags alone, such as `(?i)`, are no item. */
function readGroup(reading: Reading, of: Regex[]) {
  if (takeIf(reading, /\?P?<\w+>/y) === null && reading.source[reading.at] === "?") {
    const flags = takeIf(reading, /\?([imsU-]*)([:)])/y);
    if (!flags) throw new Unsure();
    if (flags[1]) reading.hasFlags = true;
    if (flags[2] === ")") return;
  }
  const inner = readAlternatives(reading);
  if (!takeIf(reading, /\)/y)) throw new Unsure();
  of.push(inner);
}

function readConcat(reading: Reading): Regex {
  const of: Regex[] = [];
  while (reading.at < reading.source.length && !/[|)]/.test(reading.source[reading.at] ?? "")) {
    const repeat = readRepeat(reading);
    if (repeat) {
      const last = of.pop();
      if (!last) throw new Unsure();
      of.push({ kind: "repeat", of: last, ...repeat });
      continue;
    }
    const point = take(reading);
    if (point === 0x5c) readEscaped(reading, of);
    else if (point === 0x28) readGroup(reading, of);
    else if (point === 0x5b) of.push(readClass(reading));
    else if (point === 0x2e) of.push({ kind: "char", of: null, text: "." });
    else if (point === 0x5e) of.push({ kind: "place", of: "begin", text: "^" });
    else if (point === 0x24) of.push({ kind: "place", of: "end", text: "$" });
    else of.push(literalChar(point));
  }
  return { kind: "concat", of };
}

function readAlternatives(reading: Reading): Regex {
  const of = [readConcat(reading)];
  while (takeIf(reading, /\|/y)) of.push(readConcat(reading));
  const [first] = of;
  return first && of.length === 1 ? first : { kind: "alternate", of };
}

/** Reads an expression that RE2 has accepted; null where its meaning is not sure. */
export function readRegex(source: string): { tree: Regex; hasFlags: boolean } | null {
  const reading: Reading = { source, at: 0, hasFlags: false };
  try {
    const tree = readAlternatives(reading);
    return reading.at === source.length ? { tree, hasFlags: reading.hasFlags } : null;
  } catch (error) {
    if (error instanceof Unsure || error instanceof RangeError) return null;
    throw error;
  }
}

/** About how many instructions it takes. */
export function regexSize(tree: Regex): number {
  if (tree.kind === "repeat") return regexSize(tree.of) * Math.max(tree.min, tree.max ?? tree.min + 1, 1) + 1;
  if (tree.kind === "char" || tree.kind === "place") return 1;
  return tree.of.reduce((sum, part) => sum + regexSize(part), 1);
}
