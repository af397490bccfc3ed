import { generateKeyPairSync, sign } from "node:crypto";
import type { NoteSigner } from "@/lib/audit/proof/note";

/** A key that is not the log's, under the log's name. */
export function signerFor(name: string): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    name,
    publicKey: publicKey.export({ format: "der", type: "spki" }).subarray(-32),
    sign: (message) => sign(null, message, privateKey),
  };
}
