import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { fromBase64, fromHex, toBase64, toHex } from "./bytes";
import { flipped } from "./merkle-for-tests";
import { sha256, verifyEd25519 } from "./primitives";

// Before Node's are put in place: what a browser computes.
const portable = { sha256, verifyEd25519 };
const bytes = fc.uint8Array({ maxLength: 300 });

function signed(message: Uint8Array) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  return { key, message, signature: new Uint8Array(sign(null, message, privateKey)) };
}

/** The same point of the curve's signature with another number: S + L, which RFC 8032 forbids. */
function malleated(signature: Uint8Array): Uint8Array {
  const order = ed25519.Point.Fn.ORDER;
  let s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + order;
  return Uint8Array.from(signature, (byte, at) => {
    if (at < 32) return byte;
    const low = Number(s & 255n);
    s >>= 8n;
    return low;
  });
}

const givesRightAnswers = (hash: typeof sha256, verify: typeof verifyEd25519, runs: number) =>
  fc.assert(
    fc.property(bytes, fc.nat(), (message, at) => {
      expect(toHex(hash(message))).toBe(createHash("sha256").update(message).digest("hex"));
      const { key, signature } = signed(message);
      expect(verify(key, message, signature)).toBe(true);
      expect(verify(key, message, flipped(signature, at))).toBe(false);
      expect(verify(flipped(key, at), message, signature)).toBe(false);
      expect(verify(key, Uint8Array.of(...message, 0), signature)).toBe(false);
      expect(verify(key, message, malleated(signature))).toBe(false);
      expect(verify(key.slice(1), message, signature)).toBe(false);
      expect(verify(key, message, signature.slice(1))).toBe(false);
    }),
    { numRuns: propertyRuns(runs) },
  );

describe("the primitives", () => {
  it("in plain JavaScript hash and verify as the standards say", () => {
    expect(portable.sha256(new Uint8Array())).toEqual(portableSha256(new Uint8Array()));
    givesRightAnswers(portable.sha256, portable.verifyEd25519, 15);
  });

  it("of Node give the same answers", async () => {
    const before = toHex(sha256(Uint8Array.of(1, 2, 3)));
    await import("./node-primitives");
    expect(toHex(sha256(Uint8Array.of(1, 2, 3)))).toBe(before);
    givesRightAnswers(sha256, verifyEd25519, 50);
  });
});

describe("bytes as text", () => {
  it("read back as they were; another spelling is refused", () => {
    fc.assert(
      fc.property(bytes, (some) => {
        expect(toHex(some)).toBe(Buffer.from(some).toString("hex"));
        expect(toBase64(some)).toBe(Buffer.from(some).toString("base64"));
        expect(toHex(fromHex(toHex(some)))).toBe(toHex(some));
        expect(toHex(fromBase64(toBase64(some)))).toBe(toHex(some));
      }),
    );
    for (const wrong of ["a", "zz", "0x00", "00 "]) expect(() => fromHex(wrong)).toThrow();
    for (const wrong of ["A", "AA", "AA=", "AB==", "A A=", "AAAA\n", "-_==", "====", "\u00e9"])
      expect(() => fromBase64(wrong)).toThrow();
  });
});
