import { prefixAt, prefixes } from "./prefixes";
import { isSpace } from "./terms";

/** Names that the person may see, and nothing else. */
export interface CompletionFacts {
  repositories: readonly string[];
  languages: readonly string[];
}

export interface Completion {
  /** What takes the place of the text from `from` to `to`. */
  text: string;
  label: string;
  detail: string;
}

export interface Completions {
  from: number;
  to: number;
  items: Completion[];
}

const mostItems = 10;
/** No longer query is read. */
const maxLength = 4000;

/** Where the term at the caret begins, behind what negates it or opens a group, and where it ends. */
function termAround(text: string, caret: number): { from: number; to: number } {
  let from = 0;
  let isQuoted = false;
  let at = 0;
  for (; at < text.length; at++) {
    const isOutside = !isQuoted && isSpace(text[at]);
    if (isOutside && at >= caret) break;
    if (isOutside || (at === from && (text[at] === "-" || text[at] === "(") && at < caret)) from = at + 1;
    else if (text[at] === "\\") at++;
    else if (text[at] === '"') isQuoted = !isQuoted;
    // A quotation mark still open takes nothing of what stands behind the caret.
    else if (isQuoted && at >= caret) break;
  }
  return { from: Math.min(from, caret), to: Math.max(Math.min(at, text.length), caret) };
}

const quoted = (value: string) => (/[\s()]/.test(value) ? `"${value}"` : value);

/** A regular expression that is this name and no other. */
function exactly(name: string): string {
  return quoted(`^${name.replace(/[\\^$.*+?()[\]{}|"]/g, "\\$&")}$`);
}

/** Those that begin with what was typed, then those that contain it. */
function found(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase();
  const begins: string[] = [];
  const contains: string[] = [];
  for (const name of names) {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) begins.push(name);
    else if (at > 0) contains.push(name);
  }
  return [...begins, ...contains].slice(0, mostItems);
}

const choices: Record<string, readonly string[]> = {
  case: ["yes", "no", "auto"],
  archived: ["yes", "no", "only"],
  fork: ["yes", "no", "only"],
  rev: ["*"],
};

function valuesOf(
  meaning: string,
  typed: string,
  facts: CompletionFacts,
): { label: string; value: string }[] {
  // Of a name typed as a regular expression its letters are what is looked for.
  const plain = typed.replace(/^"?\^?|\$?"?$|\\/g, "");
  if (meaning === "repo")
    return found(facts.repositories, plain).map((label) => ({ label, value: exactly(label) }));
  if (meaning === "lang")
    return found(facts.languages, plain).map((label) => ({
      label,
      value: quoted(label.replaceAll("\\", "\\\\")),
    }));
  return (choices[meaning] ?? [])
    .filter((label) => label.startsWith(plain))
    .map((label) => ({ label, value: label }));
}

/**
 * What may be meant at the caret: prefixes, and behind a prefix its values. For the browser: it knows nothing of regular
 * expressions, and answers for a query that does not parse, as it mostly does not while it is typed.
 */
export function completionsAt(text: string, caret: number, facts: CompletionFacts): Completions {
  if (text.length > maxLength) return { from: 0, to: 0, items: [] };
  const at = Math.max(0, Math.min(caret, text.length));
  const { from, to } = termAround(text, at);
  const prefix = prefixAt(text, from);
  if (prefix && prefix.valueFrom <= at) {
    const head = text.slice(from, prefix.valueFrom);
    const detail = prefixes.find(({ meaning }) => meaning === prefix.meaning)?.detail ?? "";
    const values = valuesOf(prefix.meaning, text.slice(prefix.valueFrom, at), facts);
    const behind = isSpace(text[to]) ? "" : " ";
    return {
      from,
      to,
      items: values.map(({ label, value }) => ({ text: head + value + behind, label, detail })),
    };
  }
  const typed = text.slice(from, at);
  const items = prefixes.flatMap(({ names, detail }) => {
    const name = names.find((one) => one.startsWith(typed));
    return name ? [{ text: `${name}:`, label: `${name}:`, detail }] : [];
  });
  return { from, to: at, items };
}
