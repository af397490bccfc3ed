import { sha256 } from "@noble/hashes/sha2.js";
import { Inflate } from "fflate";

/** What reading a large export needs beyond hashing: both exist in plain JavaScript and, faster, in Node. */
export interface VerifierPlatform {
  newSha256(): { update(data: Uint8Array): unknown; digest(): Uint8Array };
  /** Raw DEFLATE (RFC 1951). Throws for damaged data, and where its end and that of what was given differ. */
  inflateRaw(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export const plainPlatform: VerifierPlatform = {
  newSha256: () => sha256.create(),
  async *inflateRaw(chunks) {
    let ready: Uint8Array[] = [];
    let isOver = false;
    const inflate = new Inflate((data, final) => {
      // The library hands out its window: it is written over by the next chunk.
      if (data.length > 0) ready.push(data.slice());
      isOver = final;
    });
    const taken = (): Uint8Array[] => {
      const out = ready;
      ready = [];
      return out;
    };
    for await (const chunk of chunks) {
      inflate.push(chunk);
      yield* taken();
    }
    inflate.push(new Uint8Array(), true);
    yield* taken();
    if (!isOver) throw new Error("compressed data that ends too early");
    if (leftIn(inflate) > 0) throw new Error("compressed data that goes on behind its end");
  },
};

/** Bytes that were given and not needed. The library has no name of its own for them: what it holds back, and the bit it is at. */
function leftIn(inflate: Inflate): number {
  const { p: held, s: state } = inflate as unknown as { p: Uint8Array; s: { p?: number } };
  return held.length - (state.p ? 1 : 0);
}
