import "server-only";
import { and, eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";

/**
 * The bytes of an uploaded file in their order, a chunk of at most a mebibyte at a time.
 * @throws Unreadable when a part of it is missing
 */
export async function* fileChunks(file: {
  uploadId: string | null;
  sizeBytes: number;
}): AsyncGenerator<Buffer> {
  const { uploadChunk } = schema;
  let bytes = 0;
  for (let ordinal = 0; bytes < file.sizeBytes; ordinal++) {
    const [chunk] = file.uploadId
      ? await readDb()
          .select({ data: uploadChunk.data })
          .from(uploadChunk)
          .where(and(eq(uploadChunk.uploadId, file.uploadId), eq(uploadChunk.ordinal, ordinal)))
      : [];
    if (!chunk)
      throw new Unreadable(
        "A part of the uploaded file is missing. Delete it here and upload the file again.",
      );
    bytes += chunk.data.length;
    yield chunk.data;
  }
}
