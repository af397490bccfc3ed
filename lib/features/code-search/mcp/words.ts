import type { CodeFound } from "../commands/search-code";
import type { ViewedFile } from "../commands/view-file";
import type { Chunk, VisibleRepository } from "../engine/types";
import { Columns, pieceAround } from "../long-lines";
import type { SymbolFound } from "../symbol-search";

/** Characters of an answer: what is more helps no model. */
const mostCharacters = 100_000;
const mostLines = 2_000;
const longestLine = 2_000;
const repositoriesAPage = 100;
/** Of those at the commits of a repository; the chosen ones are all named, like branches. */
const mostTags = 10;

/** Lines put together until the answer is full; then `left` says what is left out. */
function within(lines: Iterable<string>, left: string): string {
  const taken: string[] = [];
  let length = 0;
  for (const line of lines) {
    const cut = line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()} […]` : line;
    length += cut.length + 1;
    if (length > mostCharacters) return [...taken, left].join("\n");
    taken.push(cut);
  }
  return taken.join("\n");
}

/** A page of repositories, one a line. */
export function repositoriesWords(all: VisibleRepository[], query: string, page: number): string {
  const wanted = query.toLowerCase();
  const matching = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  if (matching.length === 0)
    return query === ""
      ? "There are no repositories that you may see."
      : "No repository has this in its name.";
  const from = (page - 1) * repositoriesAPage;
  const shown = matching.slice(from, from + repositoriesAPage);
  if (shown.length === 0) return `There are ${matching.length} repositories; this page is behind the last.`;
  const behind = from + shown.length;
  const lines = shown.map((repository) => {
    const state = repository.generation === 0 ? "not indexed yet" : revisionWords(repository);
    return `${repository.name} - ${state}`;
  });
  if (behind < matching.length) lines.push(`[${matching.length - behind} more; ask for page ${page + 1}]`);
  return within(lines, "[The rest is left out; ask for fewer by query.]");
}

function revisionWords({ branches }: VisibleRepository): string {
  const names = branches.map(({ name, isDefault, isTag }) => {
    const about = [...(isTag ? ["tag"] : []), ...(isDefault ? ["default"] : [])].join(", ");
    return about ? `${name} (${about})` : name;
  });
  const tags = [...new Set(branches.flatMap((branch) => branch.tags))];
  const left = tags.length - mostTags;
  const shown = `${tags.slice(0, mostTags).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
  return `branches: ${names.join(", ")}${tags.length > 0 ? `; tags: ${shown}` : ""}`;
}

/** What a search found, as `repository path` and numbered lines. */
export function foundWords(found: CodeFound): string {
  const { stats, files, isExhaustive, endedBy } = found;
  if (files.length === 0 && endedBy === "index")
    return "Nothing was found, but a repository is being indexed anew, and matches in it may be missing. Search again later.";
  if (files.length === 0)
    return isExhaustive
      ? "Nothing matches."
      : "Nothing was found until the deadline; not everything was looked at. Narrow the search by repo:, lang: or file:.";
  const names = new Map(found.repositories.map((r) => [r.sourceId, r.name]));
  function* lines() {
    yield `${stats.matchCount} matches in ${stats.fileCount} files.${endWords(isExhaustive, endedBy)}`;
    for (const file of files) {
      yield "";
      const branches = file.branches.length > 0 ? ` (${file.branches.join(", ")})` : "";
      yield `${names.get(file.sourceId) ?? ""} ${file.path}${branches}`;
      for (const chunk of file.chunks) yield* numbered(chunk);
    }
  }
  return within(lines(), "[More was found than fits here. Narrow the search, or ask for fewer matches.]");
}

function endWords(isExhaustive: boolean, endedBy: CodeFound["endedBy"]): string {
  if (isExhaustive) return "";
  if (endedBy === "size") return " There is more: what was found is more than one answer holds.";
  if (endedBy === "index")
    return " There may be more: a repository is being indexed anew, and matches in it may be missing.";
  return endedBy === "matches"
    ? " There may be more: the search ended at the number of matches asked for."
    : " There may be more: the search ended at its deadline.";
}

function* numbered({ content, contentStart, matchRanges }: Chunk) {
  /** Where the first match of a line is. */
  const matching = new Map<number, number>();
  for (const { start, end } of matchRanges)
    for (let line = start.lineNumber; line <= end.lineNumber; line++)
      if (!matching.has(line)) matching.set(line, line === start.lineNumber ? start.column : 1);
  let number = contentStart.lineNumber;
  for (const line of linesOf(content)) {
    const column = matching.get(number);
    yield column === undefined ? `${number}- ${line}` : `${number}: ${around(line, column)}`;
    number += 1;
  }
}

/** A line with a match; of a long one what stands around it. */
function around(line: string, column: number): string {
  const piece = pieceAround(line, new Columns(line).place(column));
  if (!piece) return line;
  return cutWords(line.slice(piece.from, piece.to), { before: piece.from, behind: line.length - piece.to });
}

function cutWords(text: string, { before, behind } = { before: 0, behind: 0 }): string {
  return `${before > 0 ? "[…] " : ""}${text}${behind > 0 ? " […]" : ""}`;
}

/** Lines without their ends; one that ends the text begins no further line. */
function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Where a symbol stands, as `repository path` and numbered lines. */
export function symbolWords(found: SymbolFound): string {
  if (found.matchCount === 0)
    return found.isCapped
      ? `Nothing was found, but not everything was looked at${found.isBeingIndexed ? ": a repository is being indexed anew" : ""}. Ask again later.`
      : "Nothing was found.";
  const names = new Map(found.repositories.map((r) => [r.sourceId, r.name]));
  function* lines() {
    yield `${found.matchCount} found in ${found.files.length} files.${found.isCapped ? " There may be more." : ""}`;
    for (const file of found.files) {
      yield "";
      yield `${names.get(file.sourceId) ?? ""} ${file.path}`;
      for (const { range, lineContent, lineCut } of file.matches)
        yield `${range.start.lineNumber}: ${cutWords(lineContent, lineCut)}`;
    }
  }
  return within(lines(), "[More was found than fits here. Name the repository or the language.]");
}

/** Lines of a file, with a first line that says which. */
export function fileWords(file: ViewedFile, firstLine: number, lastLine: number | undefined): string {
  const all = linesOf(file.text);
  const last = Math.min(all.length, lastLine ?? all.length, firstLine + mostLines - 1);
  const shown = all.slice(firstLine - 1, last);
  const head = `${file.repository.name}@${file.revision}:${file.path}`;
  if (shown.length === 0) return `${head} has ${all.length} lines; there are none from ${firstLine} on.`;
  const which =
    shown.length === all.length ? `${all.length} lines` : `lines ${firstLine}-${last} of ${all.length}`;
  return within(
    [`${head} (${which})`, ...shown],
    "[The file is longer than fits here. Ask for other lines by firstLine and lastLine.]",
  );
}
