import "server-only";

/** A piece of a line; the class that colours it is empty for plain text. */
export interface HighlightedPiece {
  className: string;
  text: string;
}

/** Which lines of a text are wanted, counted from 1, both included. */
export interface LineRange {
  fromLine: number;
  toLine: number;
}

/**
 * The lines of a text in pieces that carry the classes of `components/styles/code.css`. Line ends belong to no line; the pieces of
 * a line are together the line. A language that is not known, or a text that takes too long, comes back plain.
 * @param language as linguist calls it; null = plain
 */
export async function highlightLines(
  _language: string | null,
  text: string,
  { fromLine, toLine }: LineRange,
): Promise<HighlightedPiece[][]> {
  const lines = text.split("\n").slice(fromLine - 1, toLine);
  return lines.map((line) => [{ className: "", text: line.endsWith("\r") ? line.slice(0, -1) : line }]);
}
