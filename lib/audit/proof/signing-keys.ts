import "server-only";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { runtime } from "@/lib/platform/runtime";
import type { NoteKey, NoteSigner } from "./note";

/**
 * The keys that sign for a log, the current first. During a rotation older ones sign too.
 * @param origin the log's name, which its keys go by
 */
export function signersOf(origin: string): NoteSigner[] {
  return runtime().keys.sealingKeys.map((pkcs8) => {
    const key = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
    // The raw key is the end of its SubjectPublicKeyInfo (RFC 8410).
    const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
    return { name: origin, publicKey, sign: (message) => sign(null, message, key) };
  });
}

/** The public halves: any one signature of them makes a checkpoint ours. */
export function verifiersOf(origin: string): NoteKey[] {
  return signersOf(origin).map(({ name, publicKey }) => ({ name, publicKey }));
}
