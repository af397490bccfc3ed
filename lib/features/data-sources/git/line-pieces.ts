/** Shorter than a passage, so that each piece becomes one and keeps its line. */
const pieceLength = 1_100;

/**
 * Cuts a file's text at ends of lines, before a passage's length is reached; a line that is longer is cut itself.
 * @returns each piece with the number of its first line, from 1
 */
export function* linePieces(text: string): Generator<{ text: string; line: number }> {
  let piece = "";
  let begins = 1;
  let line = 0;
  for (const whole of text.split(/\r?\n/)) {
    line += 1;
    for (const part of shortParts(whole)) {
      if (piece !== "" && piece.length + part.length >= pieceLength) {
        if (piece.trim() !== "") yield { text: piece, line: begins };
        piece = "";
      }
      if (piece.trim() === "") {
        piece = "";
        begins = line;
      }
      piece += `${part}\n`;
    }
  }
  if (piece.trim() !== "") yield { text: piece, line: begins };
}

function* shortParts(line: string): Generator<string> {
  let at = 0;
  do {
    const part = line.slice(at, at + pieceLength - 1);
    // A character of two units stays whole.
    const short = part.isWellFormed() ? part : part.slice(0, -1);
    yield short;
    at += Math.max(1, short.length);
  } while (at < line.length);
}
