import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** The two functions that every proof rests on. The rest of this folder is arithmetic. */
export interface Primitives {
  sha256(data: Uint8Array): Uint8Array;
  /** RFC 8032; keys are the raw 32 bytes. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

// Plain JavaScript, so that a verifier opened as a file in a browser needs nothing else; Node replaces them by its own.
let chosen: Primitives = {
  sha256: nobleSha256,
  verifyEd25519: (publicKey, message, signature) =>
    ed25519.verify(signature, message, publicKey, { zip215: false }),
};

/** Replaces the implementation for this process; every one must give the same answers. */
export function setPrimitives(primitives: Primitives): void {
  chosen = primitives;
}

export function sha256(data: Uint8Array): Uint8Array {
  return chosen.sha256(data);
}

/** False, never an error, for a key or signature that is malformed. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return chosen.verifyEd25519(publicKey, message, signature);
  } catch {
    return false;
  }
}
