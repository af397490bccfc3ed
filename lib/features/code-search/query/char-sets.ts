import { RE2JS } from "re2js";
import type { Regex } from "./regex-tree";

type Char = Extract<Regex, { kind: "char" }>;

/** The UTF-16 units that a character of an expression may be, or more. */
export interface CharSet {
  /** 1 for each ASCII character that it may be. */
  ascii: Uint8Array;
  /** Those beyond ASCII that it may be; "all" where that is not known. */
  beyond: readonly number[] | "all";
}

const asciiEnd = 0x80;
/** Beyond ASCII, what RE2's `(?i)` takes for an ASCII letter (Unicode's CaseFolding.txt): the Kelvin sign and the long s. */
const likeAscii: Record<string, number> = { k: 0x212a, s: 0x17f };

/** @param known sets by how a character is written: the same one mostly stands there more than once */
export function charSet(char: Char, isCaseSensitive: boolean, known: Map<string, CharSet>): CharSet {
  const found = known.get(char.text);
  if (found) return found;
  const set = char.of ? ofMembers(char.of, isCaseSensitive) : ofClass(char.text, isCaseSensitive);
  known.set(char.text, set);
  return set;
}

function ofMembers(members: readonly number[], isCaseSensitive: boolean): CharSet {
  const ascii = new Uint8Array(asciiEnd);
  const beyond: number[] = [];
  for (const point of members) {
    if (point >= asciiEnd) return { ascii: allOf(members, isCaseSensitive), beyond: "all" };
    const text = String.fromCharCode(point);
    const cases = isCaseSensitive ? [text] : [text.toLowerCase(), text.toUpperCase()];
    for (const one of cases) ascii[one.charCodeAt(0)] = 1;
    const other = isCaseSensitive ? undefined : likeAscii[text.toLowerCase()];
    if (other !== undefined) beyond.push(other);
  }
  return { ascii, beyond };
}

/** Members beyond ASCII among them: these may be the same as ASCII letters but for their case. */
function allOf(members: readonly number[], isCaseSensitive: boolean): Uint8Array {
  const text = members.map((point) => `\\x{${point.toString(16)}}`).join("");
  return ofClass(`[${text}]`, isCaseSensitive).ascii;
}

/** Classes of ASCII, as they are written; what RE2's `(?i)` adds to `\\w` is named above. */
const asciiClasses = ["\\s", "\\d", "\\w"];

/** RE2 itself is asked what a class has. */
function ofClass(text: string, isCaseSensitive: boolean): CharSet {
  const re = RE2JS.compile(text, isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  const ascii = new Uint8Array(asciiEnd);
  for (let unit = 0; unit < asciiEnd; unit++) ascii[unit] = re.test(String.fromCharCode(unit)) ? 1 : 0;
  return { ascii, beyond: asciiClasses.includes(text) ? Object.values(likeAscii) : "all" };
}

export function union(sets: readonly CharSet[]): CharSet {
  const ascii = new Uint8Array(asciiEnd);
  let beyond: CharSet["beyond"] = [];
  for (const set of sets) {
    for (let unit = 0; unit < asciiEnd; unit++) ascii[unit] = (ascii[unit] ?? 0) | (set.ascii[unit] ?? 0);
    beyond = beyond === "all" || set.beyond === "all" ? "all" : [...beyond, ...set.beyond];
  }
  return { ascii, beyond };
}

/** How many ASCII characters it may be. */
export const widthOf = ({ ascii }: CharSet): number => ascii.reduce((sum, is) => sum + is, 0);

const unit = (code: number) => `\\u${code.toString(16).padStart(4, "0")}`;

/** The set as ECMAScript writes it, without the flag `u`; a character beyond the BMP is of two units. */
export function asEcmaScript({ ascii, beyond }: CharSet): string {
  const members = [...ascii.keys()].filter((code) => ascii[code] === 1);
  const text = members.map(unit).join("");
  // In one way only: more would be tried one behind the other.
  if (beyond === "all")
    return `(?:[${text}\\u0080-\\ud7ff\\ue000-\\uffff]|[\\ud800-\\udbff][\\udc00-\\udfff])`;
  return `[${text}${beyond.map(unit).join("")}]`;
}
