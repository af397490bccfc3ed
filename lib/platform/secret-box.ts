import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Keys, runtime } from "./runtime";

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** The first closes, all open. */
export type KeyRing = Keys["encryptionKeys"];

/** What a value was encrypted with is not in the ring. */
export class KeyGone extends Error {
  override readonly name = "KeyGone";
}

/**
 * Encrypts a secret that has to be read again (AES-256-GCM), with the first key of the ring.
 * @param context what it is and whose, such as `factor <account>`: it opens in no other place
 * @param ring of the running product, unless another is named
 * @returns version, key id, nonce, tag and text in one piece
 */
export function sealSecret(secret: string | Uint8Array, context: string, ring = ownRing()): Buffer {
  const [current] = ring;
  if (!current) throw new Error("the ring holds no key");
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", current.key, nonce).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  const id = Buffer.from(current.id);
  return Buffer.concat([Buffer.from([version, id.length]), id, nonce, cipher.getAuthTag(), text]);
}

/**
 * Opens what `sealSecret` made, with whichever key of the ring closed it.
 * @throws KeyGone when its key has left the ring; another error when it was changed, or when it was made for another context
 */
export function openSecret(sealed: Uint8Array, context: string, ring = ownRing()): Buffer {
  const { bytes, id, idEnd } = partsOf(sealed);
  const found = ring.find((one) => one.id === id);
  if (!found) throw new KeyGone("the key of a sealed secret is no longer in the ring");
  const nonce = bytes.subarray(idEnd, idEnd + nonceBytes);
  const tag = bytes.subarray(idEnd + nonceBytes, idEnd + nonceBytes + tagBytes);
  const decipher = createDecipheriv("aes-256-gcm", found.key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(bytes.subarray(idEnd + nonceBytes + tagBytes)), decipher.final()]);
}

/** The id of the key that closed it. @throws when it is no sealed secret */
export function sealingKeyId(sealed: Uint8Array): string {
  return partsOf(sealed).id;
}

const ownRing = (): KeyRing => runtime().keys.encryptionKeys;

function partsOf(sealed: Uint8Array): { bytes: Buffer; id: string; idEnd: number } {
  const bytes = Buffer.from(sealed);
  const idEnd = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== version || bytes.length < idEnd + nonceBytes + tagBytes)
    throw new Error("this is no sealed secret");
  return { bytes, id: bytes.subarray(2, idEnd).toString(), idEnd };
}
