/** A file or folder of a repository, as an address names it. */
export interface CodePlace {
  /** "host/owner/name". */
  repository: string;
  /** Branch, tag or commit; null is the default branch. */
  revision: string | null;
  kind: "blob" | "tree";
  /** Without slashes at its ends; "" is the root folder. */
  path: string;
}

/** The marker between the repository and the path. */
const MARK = "-";

/** Half a character cannot stand in an address. */
const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, "\ufffd"));

/**
 * What would be read as one of our own marks is escaped once more, below the address's own escapes: the framework undoes
 * and redoes those, and "%40" is "@" to it.
 */
function guarded(text: string, marks: RegExp): string {
  const escaped = text.replace(marks, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return escaped
    .split("/")
    .map((segment) => encoded(segment === MARK ? "%2D" : segment))
    .join("/");
}

function headOf(repository: string, revision: string | null | undefined): string {
  const name = guarded(repository, /[%@]/g);
  return revision ? `/browse/${name}@${guarded(revision, /%/g)}` : `/browse/${name}`;
}

const pathOf = (path: string): string => path.split("/").map(encoded).join("/");

/** `?line=10#L10`: the server shows the lines around it, and the browser goes there, both without scripts. */
function linesOf(line: number | undefined, lastLine: number | undefined): string {
  if (line === undefined) return "";
  const isRange = lastLine !== undefined && lastLine > line;
  return isRange ? `?line=${line}-${lastLine}#L${line}-L${lastLine}` : `?line=${line}#L${line}`;
}

/** The viewer's address of a file. `revision` left out: the default branch. */
export function blobAddress(place: {
  repository: string;
  revision?: string | null;
  path: string;
  line?: number;
  lastLine?: number;
}): string {
  const { repository, revision, path, line, lastLine } = place;
  return `${headOf(repository, revision)}/${MARK}/blob/${pathOf(path)}${linesOf(line, lastLine)}`;
}

/** The viewer's address of a folder; of the whole repository without a path. */
export function treeAddress(place: { repository: string; revision?: string | null; path?: string }): string {
  const { repository, revision, path } = place;
  const tree = `${headOf(repository, revision)}/${MARK}/tree`;
  return path ? `${tree}/${pathOf(path)}` : tree;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/**
 * What an address names.
 * @param where the parts behind `/browse/`, still escaped
 * @returns null for what is no address of ours
 */
export function parsePlace(where: readonly string[]): CodePlace | null {
  const parts: string[] = [];
  for (const each of where) {
    const part = decoded(each);
    // No name has these; a NUL could not even be asked for in the database.
    if (part === null || /[\0/]/.test(part) || part === "." || part === "..") return null;
    parts.push(part);
  }
  if (parts.at(-1) === "") parts.pop();
  const mark = parts.indexOf(MARK);
  const kind = mark < 0 ? "tree" : parts[mark + 1];
  const head = headFrom(mark < 0 ? parts : parts.slice(0, mark));
  const path = mark < 0 ? [] : parts.slice(mark + 2);
  if (!head || (kind !== "blob" && kind !== "tree") || path.includes("")) return null;
  if (kind === "blob" && path.length === 0) return null;
  return { ...head, kind, path: path.join("/") };
}

function headFrom(parts: string[]): Pick<CodePlace, "repository" | "revision"> | null {
  const whole = parts.join("/");
  const at = whole.indexOf("@");
  const repository = decoded(at < 0 ? whole : whole.slice(0, at));
  const revision = at < 0 ? null : decoded(whole.slice(at + 1));
  if (!repository || revision === "" || (at >= 0 && revision === null)) return null;
  return /\0/.test(`${repository}${revision}`) ? null : { repository, revision };
}

/** `10`, `10-20`, `L10`, `L10-L20` as first and last line; null for anything else. */
export function parseLines(text: string | null | undefined): { first: number; last: number } | null {
  const found = /^L?(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(text ?? "");
  if (!found) return null;
  const ends = [Number(found[1]), Number(found[2] ?? found[1])].sort((a, b) => a - b);
  const [first = 0, last = 0] = ends;
  return first < 1 ? null : { first, last };
}
