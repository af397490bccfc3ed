import "server-only";
import { fileChunks } from "@/lib/access/file-chunks";
import { cleanText } from "@/lib/platform/clean-text";
import { extractApart } from "../../extraction/extract-apart";
import { documentKinds } from "../../extraction/extracted";
import { type SourceToRead, type TextPiece, Unreadable } from "../text-piece";

/**
 * The text of an uploaded PDF, Excel workbook or Word document, extracted in a process of its own.
 * @throws Unreadable with the reason in words: damaged, protected, hostile, beyond the limits, or without any text
 */
export async function* readDocument(source: SourceToRead, signal: AbortSignal): AsyncGenerator<TextPiece> {
  const kind = documentKinds.find((known) => known === source.kind);
  if (!kind) throw new Error(`a ${source.kind} is no document`);
  const { sizeBytes, resumeAt } = source;
  let hasText = false;
  for await (const piece of extractApart({ kind, sizeBytes, resumeAt }, fileChunks(source), signal)) {
    hasText ||= piece.text.trim() !== "";
    const part = piece.total === 0 ? 1 : piece.done / piece.total;
    yield { ...piece, text: cleanText(piece.text), bytes: Math.floor(sizeBytes * part) };
  }
  if (!hasText && resumeAt === null && kind === "PDF")
    throw new Unreadable(
      "There is no text in this PDF: its pages are pictures. Have the text recognized (OCR), then upload it again.",
    );
}
