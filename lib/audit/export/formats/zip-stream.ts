import type { Readable } from "node:stream";
import { ZipFile } from "yazl";

/**
 * The bytes of a zip while it is written.
 * @param write puts the parts in and ends the zip; told by the signal that nobody reads any more
 */
export async function* zipStream(
  write: (zip: ZipFile, signal: AbortSignal) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const zip = new ZipFile();
  const out = zip.outputStream as Readable;
  const stop = new AbortController();
  const written = write(zip, stop.signal).catch((error: unknown) => {
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of out) yield chunk as Uint8Array;
  } finally {
    // Left early, nobody reads the zip any more: the writer would wait for it forever.
    stop.abort();
    await written;
  }
}
