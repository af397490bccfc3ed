import "server-only";
import { fileChunks } from "@/lib/access/file-chunks";
import { cleanText } from "@/lib/platform/clean-text";
import type { SourceToRead, TextPiece } from "../text-piece";

/** Pieces in which a text is worked on, in UTF-16 units, so that the process breathes in between. */
const pieceLength = 128 * 1024;

/** The text that was typed into the form. */
export async function* readTyped(source: SourceToRead): AsyncGenerator<TextPiece> {
  const content = source.content ?? "";
  let bytes = 0;
  for (let at = 0; at < content.length; at += pieceLength) {
    const text = content.slice(at, at + pieceLength);
    bytes = Math.min(source.sizeBytes, bytes + Buffer.byteLength(text));
    yield { text, bytes };
  }
}

/**
 * A file of plain text: its chunks are fetched one at a time, and a character that two chunks share comes whole with the
 * second.
 * @throws Unreadable when the file is not there whole
 */
export async function* readPlainFile(source: SourceToRead): AsyncGenerator<TextPiece> {
  // Not fatal: the upload was checked, and a damaged character is better quoted damaged than not at all.
  const decoder = new TextDecoder("utf-8");
  let bytes = 0;
  for await (const chunk of fileChunks(source)) {
    bytes += chunk.length;
    const text = cleanText(decoder.decode(chunk, { stream: bytes < source.sizeBytes }));
    for (let at = 0; at < text.length; at += pieceLength)
      yield { text: text.slice(at, at + pieceLength), bytes };
  }
}
