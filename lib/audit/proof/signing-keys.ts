import "server-only";
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { runtime } from "@/lib/platform/runtime";
import type { NoteKey, NoteSigner } from "./note";

/**
 * The keys that sign for a log, the current first. During a rotation older ones sign too.
 * @param origin the log's name, which its keys go by
 */
export function signersOf(origin: string): NoteSigner[] {
  return runtime().keys.sealingKeys.map((pkcs8) => {
    const { key, publicKey } = parsed(pkcs8);
    return { name: origin, publicKey, sign: (message) => sign(null, message, key) };
  });
}

function parsed(pkcs8: string): { key: KeyObject; publicKey: Uint8Array } {
  const key = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
  // The raw key is the end of its SubjectPublicKeyInfo (RFC 8410).
  return { key, publicKey: createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32) };
}

/** The public half of one sealing key. @param pkcs8 the private key, DER in base64 */
export function verifierOf(pkcs8: string, origin: string): NoteKey {
  return { name: origin, publicKey: parsed(pkcs8).publicKey };
}

/**
 * What a sealing key is called where only keys are meant, whatever the log's name: SHA-256 of its public half, the first
 * 16 hexadecimal digits.
 * @param pkcs8 the private key, DER in base64
 */
export function sealingKeyId(pkcs8: string): string {
  return createHash("sha256").update(parsed(pkcs8).publicKey).digest("hex").slice(0, 16);
}

/** The public halves: any one signature of them makes a checkpoint ours. */
export function verifiersOf(origin: string): NoteKey[] {
  return signersOf(origin).map(({ name, publicKey }) => ({ name, publicKey }));
}
