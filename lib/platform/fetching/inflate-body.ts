import { promisify } from "node:util";
import { gunzip, inflate, inflateRaw } from "node:zlib";
import { FetchRefused } from "./fetch-refused";

/** What is asked for. Brotli is not: its bombs are a thousand times smaller than gzip's. */
export const acceptEncoding = "gzip, deflate";

const unzip = { gunzip: promisify(gunzip), inflate: promisify(inflate), inflateRaw: promisify(inflateRaw) };

/**
 * Undoes the content encoding of a body (RFC 9110, 8.4.1), which never becomes larger than the limit, not even for a
 * moment.
 * @param encoding the header's value; undefined = none
 * @param maxBytes of the result
 * @throws FetchRefused with `encoding` or `too_large`
 */
export async function inflateBody(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (body.length === 0) return body;
  const limit = { maxOutputLength: maxBytes };
  try {
    switch ((encoding ?? "").trim().toLowerCase()) {
      case "":
      case "identity":
        return body;
      case "gzip":
      case "x-gzip":
        return await unzip.gunzip(body, limit);
      case "deflate":
        // By the standard in zlib's wrapping; many servers send it bare. The method stands in the first byte.
        return await (((body[0] ?? 0) & 0x0f) === 8 ? unzip.inflate : unzip.inflateRaw)(body, limit);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    if (code === "Z_BUF_ERROR") throw new FetchRefused("broken_off", "The answer broke off before its end.");
    if (code?.startsWith("Z_"))
      throw new FetchRefused("encoding", "The answer is packed in a way that cannot be unpacked.");
    throw error;
  }
  throw new FetchRefused(
    "encoding",
    "The server packs its answer in a way that was not asked for. Only gzip and deflate are read.",
  );
}

/** @param maxBytes the limit that was passed */
export function tooLarge(maxBytes: number): FetchRefused {
  const megabytes = Math.floor(maxBytes / 1024 ** 2);
  return new FetchRefused("too_large", `The answer is larger than ${megabytes} MB, and so it is not read.`);
}
