import type { Node, ParsedQuery, Query } from "./ast";
import { prefixAt } from "./prefixes";
import { closingParenthesis, hasCapital, isSpace, QueryError, readValue } from "./terms";

const maxLength = 4000;
const maxTerms = 100;
const maxDepth = 50;

/** Read from the query, with what a `case:` in it says left open. */
interface Reading {
  text: string;
  at: number;
  terms: number;
  sensitivity: Query["case"] | null;
}

const unopened = (at: number) =>
  new QueryError("Nothing opens this parenthesis. Remove it, or write \\) to search for it.", at);

function skipSpaces(reading: Reading) {
  while (isSpace(reading.text[reading.at])) reading.at++;
}

/** `or` as a word of its own; `"or"` and `OR` are text. */
function isOr({ text, at }: Reading): boolean {
  const behind = text[at + 2];
  return text.startsWith("or", at) && (behind === undefined || isSpace(behind) || behind === ")");
}

/**
 * A parenthesis at the beginning of a term opens a group when the one that closes it has a space inside, or a space,
 * another one or the end behind it. Otherwise it is the regular expression's: `(a+)+$`, `(foo|bar)baz`, `(?i)foo`.
 */
function groupEnd({ text, at }: Reading): number | null {
  if (text[at] !== "(" || text[at + 1] === "?") return null;
  const closing = closingParenthesis(text, at);
  if (!closing)
    throw new QueryError("This parenthesis is not closed. Close it, or write \\( to search for it.", at);
  const behind = text[closing.at + 1];
  const isAlone = behind === undefined || isSpace(behind) || behind === ")";
  if (closing.hasSpace && !isAlone)
    throw new QueryError(
      'A group ends here. Put a space behind it, or put a regular expression with spaces into "…".',
      closing.at + 1,
    );
  return isAlone ? closing.at : null;
}

function setCase(reading: Reading, value: string, from: number, valueFrom: number, isNegated: boolean) {
  if (isNegated) throw new QueryError("case: cannot be negated. Write case:yes, case:no or case:auto.", from);
  if (value !== "yes" && value !== "no" && value !== "auto")
    throw new QueryError("Write case:yes, case:no or case:auto.", valueFrom);
  if (reading.sensitivity !== null && reading.sensitivity !== value)
    throw new QueryError("case: holds for the whole query. Write it once.", from);
  reading.sensitivity = value;
}

const unescaped = (value: string) => value.replace(/\\([\s\S])/g, "$1");

/** One term with its prefix; null for `case:`, which is none. */
function readTerm(reading: Reading, isNegated: boolean): Node | null {
  const { text, at: from } = reading;
  const prefix = prefixAt(text, from);
  const valueFrom = prefix?.valueFrom ?? from;
  const { value, to } = readValue(text, valueFrom);
  reading.at = to;
  if (value === "")
    throw new QueryError(
      prefix
        ? `Write behind ${text.slice(from, valueFrom)} what to search for.`
        : "There is nothing between these quotation marks. Write what to search for.",
      valueFrom,
    );
  if (++reading.terms > maxTerms)
    throw new QueryError(`A query can have ${maxTerms} terms. Remove some.`, from);
  const kind = prefix?.meaning ?? "text";
  switch (kind) {
    case "case":
      setCase(reading, value, from, valueFrom, isNegated);
      return null;
    case "lang":
      return { kind, name: unescaped(value), from, to };
    case "rev":
      return { kind, pattern: unescaped(value), from, to };
    case "archived":
    case "fork":
      if (value !== "yes" && value !== "no" && value !== "only")
        throw new QueryError(`Write ${kind}:yes, ${kind}:no or ${kind}:only.`, valueFrom);
      return { kind, value, from, to };
    default:
      return { kind, pattern: value, isCaseSensitive: hasCapital(value), from, to };
  }
}

function readNegation(reading: Reading, depth: number): Node {
  const { text, at } = reading;
  reading.at++;
  if (reading.at === text.length || isSpace(text[reading.at]) || text[reading.at] === ")")
    throw new QueryError("There is nothing behind this hyphen. Write \\- to search for a hyphen.", at);
  const of = readFactor(reading, depth + 1, true);
  if (of === null) throw new QueryError("case: cannot be negated. Write case:yes, case:no or case:auto.", at);
  return { kind: "not", of };
}

function readFactor(reading: Reading, depth: number, isNegated: boolean): Node | null {
  const { text, at } = reading;
  if (depth > maxDepth)
    throw new QueryError(`Groups and negations can be nested ${maxDepth} deep. Remove some.`, at);
  if (isOr(reading))
    throw new QueryError(
      'or stands between two terms. Write what comes before it, or "or" to search for it.',
      at,
    );
  if (text[at] === "-") return readNegation(reading, depth);
  const end = groupEnd(reading);
  if (end === null) return readTerm(reading, isNegated);
  reading.at++;
  skipSpaces(reading);
  if (reading.at >= end)
    throw new QueryError("This group is empty. Write something into it, or \\(\\) to search for ().", at);
  const node = readAlternatives(reading, depth + 1);
  if (text[reading.at++] !== ")")
    throw new QueryError("This parenthesis is not closed. Close it, or write \\( to search for it.", at);
  return node;
}

/** Terms up to an `or`, a closing parenthesis or the end, at least one. */
function readTogether(reading: Reading, depth: number): Node {
  if (reading.text[reading.at] === ")") throw unopened(reading.at);
  const from = reading.at;
  const of: Node[] = [];
  for (skipSpaces(reading); reading.at < reading.text.length; skipSpaces(reading)) {
    if (reading.text[reading.at] === ")" || (reading.at > from && isOr(reading))) break;
    const node = readFactor(reading, depth, false);
    if (node?.kind === "and") of.push(...node.of);
    else if (node) of.push(node);
  }
  const [first, ...others] = of;
  if (!first) throw new QueryError("case: says how to search. Write beside it what to search for.", from);
  return others.length === 0 ? first : { kind: "and", of };
}

function readAlternatives(reading: Reading, depth: number): Node {
  skipSpaces(reading);
  const of: Node[] = [readTogether(reading, depth)];
  while (isOr(reading)) {
    const or = reading.at;
    reading.at += 2;
    skipSpaces(reading);
    if (reading.at === reading.text.length || reading.text[reading.at] === ")")
      throw new QueryError(
        'or stands between two terms. Write what comes behind it, or "or" to search for it.',
        or,
      );
    const node = readTogether(reading, depth);
    if (node.kind === "or") of.push(...node.of);
    else of.push(node);
  }
  const [first, ...others] = of;
  return first && others.length === 0 ? first : { kind: "or", of };
}

/** The same query with what `case:` says put into its terms. */
function resolved(node: Node, sensitivity: Query["case"]): Node {
  if (sensitivity === "auto" || node.kind === "all") return node;
  if (node.kind === "and" || node.kind === "or")
    return { ...node, of: node.of.map((part) => resolved(part, sensitivity)) };
  if (node.kind === "not") return { ...node, of: resolved(node.of, sensitivity) };
  return "isCaseSensitive" in node ? { ...node, isCaseSensitive: sensitivity === "yes" } : node;
}

function read(text: string): Query {
  if (text.length > maxLength)
    throw new QueryError(
      `A query can have ${maxLength.toLocaleString("en")} characters. Shorten it.`,
      maxLength,
    );
  const unusable = /\0|[\p{Surrogate}]/u.exec(text);
  if (unusable)
    throw new QueryError("No file that is searched has the character here. Remove it.", unusable.index);
  const reading: Reading = { text, at: 0, terms: 0, sensitivity: null };
  skipSpaces(reading);
  if (reading.at === text.length) throw new QueryError("Type something to search for.", 0);
  const node = readAlternatives(reading, 0);
  if (reading.at < text.length) throw unopened(reading.at);
  const sensitivity = reading.sensitivity ?? "auto";
  return { node: resolved(node, sensitivity), case: sensitivity };
}

/**
 * Reads a query of the search box. Terms side by side must all match a file, `or` separates alternatives, `-` negates,
 * parentheses around terms group (those inside a term are its regular expression's; `groupEnd` tells them apart), `"…"`
 * joins words into one term, which is a regular expression still, and a backslash escapes. Safe for the browser: it knows
 * nothing of regular expressions, so `validateQuery` is what the server asks.
 */
export function parseQuery(text: string): ParsedQuery {
  try {
    return { ok: true, query: read(text) };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, message: error.message, position: error.position };
    throw error;
  }
}
