import "server-only";

/**
 * The body of a request, of which no more than the limit is in memory. A larger one is still read to its end: browsers show
 * an answer only to a request that they could send whole, and the front ends what is far too large or too slow.
 * @returns null when it is too long
 * @throws when whoever sends it goes away midway
 */
export async function bodyWithin(request: Request, mostBytes: number): Promise<Buffer | null> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > mostBytes) pieces = [];
    else pieces.push(piece);
  }
  return length > mostBytes ? null : Buffer.concat(pieces, length);
}
