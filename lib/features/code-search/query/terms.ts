/** Thrown while a query is read; `parseQuery` makes an answer of it. */
export class QueryError extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

export const isSpace = (unit: string | undefined) => unit !== undefined && /\s/.test(unit);

interface Value {
  /** Without its quotation marks; backslashes stay, since what they escape is up to the regular expression. */
  value: string;
  /** Of each unit of the value, where it stands in the query. */
  offsets: number[];
  to: number;
  isQuoted: boolean;
}

/** Behind the bracket that closes a class which holds no space, as far as one does; else null. */
function classEnd(text: string, from: number): number | null {
  let at = from + 1;
  if (text[at] === "^") at++;
  for (let first = true; at < text.length; first = false) {
    const unit = text[at];
    if (isSpace(unit) || unit === '"') return null;
    if (unit === "]" && !first) return at + 1;
    const named = unit === "[" && /^\[:\^?[a-z]+:\]/.exec(text.slice(at, at + 16));
    at += named ? named[0].length : unit === "\\" ? 2 : 1;
  }
  return null;
}

/** Reads what stands between quotation marks; `at` is behind the first, the answer is behind the last. */
function readQuoted(text: string, opened: number, take: (at: number) => void): number {
  let at = opened + 1;
  while (at < text.length) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\" && at + 1 < text.length) take(at++);
    take(at++);
  }
  throw new QueryError(
    'This quotation mark is not closed. Close it, or write \\" to search for a quotation mark.',
    opened,
  );
}

/**
 * Reads the value of a term from an offset to the next space, or to a parenthesis that closes a group around it. A space
 * belongs to the value inside `"…"` or behind a backslash; parentheses inside it are the regular expression's, except in
 * a class or behind a backslash, and must be balanced.
 */
export function readValue(text: string, from: number): Value {
  const offsets: number[] = [];
  const open: number[] = [];
  const take = (offset: number) => {
    offsets.push(offset);
  };
  let isQuoted = false;
  let at = from;
  while (at < text.length) {
    const unit = text[at];
    if (isSpace(unit)) break;
    if (unit === ")" && open.pop() === undefined) break;
    if (unit === '"') {
      isQuoted = true;
      at = readQuoted(text, at, take);
      continue;
    }
    if (unit === "(") open.push(at);
    if (unit === "\\") {
      if (at + 1 === text.length)
        throw new QueryError("There is nothing behind this backslash. Write \\\\ to search for one.", at);
      take(at++);
    }
    const end = unit === "[" ? classEnd(text, at) : null;
    do take(at++);
    while (end !== null && at < end);
  }
  const unclosed = open.pop();
  if (unclosed !== undefined)
    throw new QueryError(
      'This parenthesis is not closed. Close it, write \\( to search for it, or put words with spaces into "…".',
      unclosed,
    );
  return { value: offsets.map((offset) => text[offset]).join(""), offsets, to: at, isQuoted };
}

/** The offset of the parenthesis that closes the one at `from`, and whether an unquoted space stands between them. */
export function closingParenthesis(text: string, from: number): { at: number; hasSpace: boolean } | null {
  let depth = 0;
  let hasSpace = false;
  for (let at = from; at < text.length; at++) {
    const unit = text[at];
    if (unit === "\\") at++;
    else if (unit === '"') at = readQuoted(text, at, () => undefined) - 1;
    else if (unit === "[") at = (classEnd(text, at) ?? at + 1) - 1;
    else if (isSpace(unit)) hasSpace = true;
    else if (unit === "(") depth++;
    else if (unit === ")" && --depth === 0) return { at, hasSpace };
  }
  return null;
}

/** Whether a capital letter was typed in a regular expression, escapes and the heads of its groups left aside. */
export function hasCapital(pattern: string): boolean {
  const bare = pattern
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, literal: string) => literal.replaceAll("\\", ""))
    .replace(/\\(?:[pP]\{[^}]*\}|[pP][A-Z]|x\{[0-9A-Fa-f]*\}|x[0-9A-Fa-f]{2}|[\s\S])/g, "")
    .replace(/\(\?(?:P?<[^>]*>|[A-Za-z-]*[:)])/g, "");
  return /[\p{Lu}\p{Lt}]/u.test(bare);
}
