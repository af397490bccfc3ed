import "server-only";
import { and, eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";

/** Something about the source itself, in words for the person: trying again does not help. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

interface TextPiece {
  text: string;
  /** Bytes of the source read so far. */
  bytes: number;
}

interface Source {
  id: string;
  uploadId: string | null;
  sizeBytes: number;
}

/** Pieces in which a text is worked on, in UTF-16 units, so that the process breathes in between. */
const pieceLength = 128 * 1024;

/**
 * A source's text from its start, piece by piece: a file's chunks are fetched one at a time, and a character that two
 * chunks share comes whole with the second.
 * @throws Unreadable when the file is not there whole
 */
export async function* textOf(source: Source): AsyncGenerator<TextPiece> {
  if (source.uploadId !== null) yield* fileText(source.uploadId, source.sizeBytes);
  else yield* columnText(source);
}

async function* columnText(source: Source): AsyncGenerator<TextPiece> {
  const { dataSource } = schema;
  const [row] = await readDb()
    .select({ content: dataSource.content })
    .from(dataSource)
    .where(eq(dataSource.id, source.id));
  const content = row?.content ?? "";
  let bytes = 0;
  for (let at = 0; at < content.length; at += pieceLength) {
    const text = content.slice(at, at + pieceLength);
    bytes = Math.min(source.sizeBytes, bytes + Buffer.byteLength(text));
    yield { text, bytes };
  }
}

async function* fileText(uploadId: string, sizeBytes: number): AsyncGenerator<TextPiece> {
  const { uploadChunk } = schema;
  // Not fatal: the upload was checked, and a damaged character is better quoted damaged than not at all.
  const decoder = new TextDecoder("utf-8");
  let bytes = 0;
  for (let ordinal = 0; bytes < sizeBytes; ordinal++) {
    const [chunk] = await readDb()
      .select({ data: uploadChunk.data })
      .from(uploadChunk)
      .where(and(eq(uploadChunk.uploadId, uploadId), eq(uploadChunk.ordinal, ordinal)));
    if (!chunk)
      throw new Unreadable(
        "A part of the uploaded file is missing. Delete this source and upload the file again.",
      );
    bytes += chunk.data.length;
    const text = cleanText(decoder.decode(chunk.data, { stream: bytes < sizeBytes }));
    for (let at = 0; at < text.length; at += pieceLength)
      yield { text: text.slice(at, at + pieceLength), bytes };
  }
}
