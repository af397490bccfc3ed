import "server-only";
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";
import type { PatternLeaf } from "./ast";
import { type KeyNeed, needOfRegex } from "./key-need";
import { type Regex, readRegex, regexSize } from "./regex-tree";

export type { KeyNeed } from "./key-need";

export interface Pattern {
  re: RE2JS;
  /** The whole pattern is this literal, as typed and not folded; without regard to case where it was compiled so. */
  literal: string | null;
  /** Of the folded text of a match; it says nothing of where. */
  required: KeyNeed;
  /** The same of the text as it is, which says more; null where case is not regarded everywhere. */
  spelt: KeyNeed | null;
  /** The pattern is `^literal$`: this literal, as typed and not folded. */
  exactName: string | null;
  /** Instructions that it takes. */
  size: number;
  /** All that it means; null where that is not sure. */
  tree: Regex | null;
}

export type CompiledPattern =
  | { ok: true; pattern: Pattern }
  /** The position is a UTF-16 offset into the pattern. */
  | { ok: false; message: string; position: number };

const maxLength = 1000;
/** That a query may take, all its expressions together. */
export const maxInstructions = 20_000;

const tooLarge = {
  ok: false,
  message: "This regular expression is too large. Repeat less in it, or ask for fewer things.",
  position: 0,
} as const;
const tooLargeTogether = {
  ok: false,
  message:
    "The regular expressions of this query are too large together. Repeat less in them, or ask for fewer things.",
  position: 0,
} as const;

/** By the text of RE2's error; what is not in here is told as it is. */
const messages: Record<string, string> = {
  "invalid character class range":
    "This is no range or class of characters. Write the lower end first, or \\[ to search for a bracket.",
  "invalid escape sequence":
    "This backslash escapes nothing that it can. Write \\\\ to search for a backslash.",
  "invalid named capture": "This group's name is not valid. Write (?P<name>…).",
  "invalid or unsupported Perl syntax": "RE2 does not have this kind of group. Write (?:…) for a plain one.",
  "invalid nested repetition operator":
    "This repeats a repetition. Put what comes before it into parentheses.",
  "invalid repeat count": "This repeats too often. Write a number up to 1,000, the smaller one first.",
  "missing closing ]": "This bracket is not closed. Close it, or write \\[ to search for it.",
  "missing closing )": "A parenthesis is not closed. Close it, or write \\( to search for it.",
  "unexpected )": "Nothing opens a parenthesis here. Remove it, or write \\) to search for it.",
  "missing argument to repetition operator":
    "There is nothing here to repeat. Write something before it, or a backslash to search for it.",
  "trailing backslash at end of expression":
    "There is nothing behind this backslash. Write \\\\ to search for one.",
  "duplicate capture group name": "Two groups have the same name. Change one.",
};

/** The first parenthesis that has no other one: RE2 does not tell which. */
function unbalanced(source: string): number {
  const open: number[] = [];
  const token = /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[\s\S]|[^\]\\])*\]|[()]/g;
  for (const { 0: text, index } of source.matchAll(token)) {
    if (text === "(") open.push(index);
    else if (text === ")" && open.pop() === undefined) return index;
  }
  return open.pop() ?? 0;
}

function problemOf(error: unknown, source: string): CompiledPattern {
  if (!(error instanceof RE2JSException)) throw error;
  if (!(error instanceof RE2JSSyntaxException)) return tooLarge;
  const cause: string = error.getDescription();
  if (/too large|too deeply/.test(cause)) return tooLarge;
  const isParenthesis = cause === "missing closing )" || cause === "unexpected )";
  const rest = (error.getPattern() ?? "").replace(/^\(\?i\)/, "");
  const position = isParenthesis ? unbalanced(source) : Math.max(source.indexOf(rest), 0);
  return {
    ok: false,
    message: messages[cause] ?? `This regular expression is not valid: ${cause}.`,
    position,
  };
}

/** The characters side by side that an expression is made of; null where there is anything else. */
function literalOf(parts: readonly Regex[]): string | null {
  const points: number[] = [];
  for (const part of parts) {
    const [point, other] = part.kind === "char" && part.of ? part.of : [];
    if (point === undefined || other !== undefined || point > 0x10_ffff) return null;
    // Half a pair matches nothing in text, which has none.
    if (point >= 0xd800 && point <= 0xdfff) return null;
    points.push(point);
  }
  return points.length > 0 ? String.fromCodePoint(...points) : null;
}

function exactNameOf(parts: readonly Regex[]): string | null {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first?.kind !== "place" || first.of !== "begin" || last?.kind !== "place" || last.of !== "end")
    return null;
  return literalOf(parts.slice(1, -1));
}

/**
 * Compiles a regular expression of RE2 and tells what text its matches need. It is matched line by line, so `^` and `$`
 * are the ends of what it is given. Look-behind is refused, as in RE2; so is what takes too many instructions.
 * @param room instructions that the other expressions of the query leave to it
 */
export function compilePattern(
  source: string,
  isCaseSensitive: boolean,
  room = maxInstructions,
): CompiledPattern {
  if (source.length > maxLength)
    return { ok: false, message: "A term can have 1,000 characters. Shorten it.", position: maxLength };
  const read = readRegex(source);
  const size = read ? regexSize(read.tree) : 0;
  if (size > room) return size > maxInstructions ? tooLarge : tooLargeTogether;
  let re: RE2JS;
  try {
    re = RE2JS.compile(source, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    return problemOf(error, source);
  }
  const instructions = re.programSize();
  if (instructions > room) return instructions > maxInstructions ? tooLarge : tooLargeTogether;
  const parts = read?.tree.kind === "concat" && !read.hasFlags ? read.tree.of : [];
  return {
    ok: true,
    pattern: {
      re,
      literal: literalOf(parts),
      required: read ? needOfRegex(read.tree) : { any: true },
      spelt: read && isCaseSensitive && !read.hasFlags ? needOfRegex(read.tree, true) : null,
      exactName: exactNameOf(parts),
      size: Math.max(size, instructions),
      tree: read && !read.hasFlags ? read.tree : null,
    },
  };
}

const compiledLeaves = new WeakMap<PatternLeaf, CompiledPattern>();

/** The same for a term of a query, once: large ones take tens of milliseconds. What it says of `room` is what it said first. */
export function compileLeaf(leaf: PatternLeaf, room?: number): CompiledPattern {
  const known = compiledLeaves.get(leaf);
  if (known) return known;
  const compiled = compilePattern(leaf.pattern, leaf.isCaseSensitive, room);
  compiledLeaves.set(leaf, compiled);
  return compiled;
}
