import { createHmac, createPrivateKey, hkdfSync, type KeyObject } from "node:crypto";
import { z } from "zod";
import type { Keys } from "@/lib/platform/runtime";
import { StartError } from "./start-error";

const rolePasswords = z.strictObject({
  app: z.string().min(20),
  sealer: z.string().min(20),
  maintenance: z.string().min(20),
});
/** What keys.json holds. Keys that come from the environment are absent. */
export const storedKeys = z.strictObject({
  version: z.literal(1),
  sessionSecret: z.string().optional(),
  encryptionKeys: z.array(z.string()).min(1).optional(),
  apiKeyPepper: z.string().optional(),
  sealingKey: z.string().optional(),
  rolePasswords: rolePasswords.optional(),
  setupToken: z.string().min(16).optional(),
});
export type StoredKeys = z.infer<typeof storedKeys>;
/** Our name of a key, and the variable that takes its place. */
export const keyVariables = {
  sessionSecret: "AUTH_SECRET",
  encryptionKeys: "GURULOG_ENCRYPTION_KEY",
  apiKeyPepper: "GURULOG_API_KEY_PEPPER",
  sealingKey: "GURULOG_SEALING_KEY",
} as const;
export type KeyName = keyof typeof keyVariables;
export const keyNames: readonly KeyName[] = ["sessionSecret", "encryptionKeys", "apiKeyPepper", "sealingKey"];

/**
 * Checks each key and gives it its shape.
 *
 * @param file keys.json, for the message.
 * @throws StartError naming the key that is malformed, never its value.
 */
export function parseKeys(known: StoredKeys, file: string): Keys {
  const sessionSecret = longText(known.sessionSecret, "sessionSecret", file);
  const apiKeyPepper = longText(known.apiKeyPepper, "apiKeyPepper", file);
  const [first, ...rest] = (known.encryptionKeys ?? []).map((text) => parseEncryptionKey(text, file));
  if (first === undefined) throw malformed("encryptionKeys", "at least one key", file);
  const sealingKeys = parseSealingKeys(known.sealingKey ?? "", file);
  // From the one key that never changes: a rotation of another must not change the roles' passwords under running instances.
  const derive = (label: string) => deriveToken(apiKeyPepper, label);
  return {
    sessionSecret,
    encryptionKeys: [first, ...rest],
    apiKeyPepper,
    sealingKeys,
    // With all keys from the environment there is no file: every instance derives the same values instead.
    rolePasswords: known.rolePasswords ?? {
      app: derive("app"),
      sealer: derive("sealer"),
      maintenance: derive("maintenance"),
    },
    setupToken: known.setupToken ?? derive("set-up token"),
  };
}

/**
 * The sealing keys of a text with commas between them, the current first.
 * @throws StartError when one is malformed or stands there twice
 */
export function parseSealingKeys(text: string, file: string): string[] {
  const keys = text.split(",").map((key) => parseSealingKey(key.trim(), file));
  if (new Set(keys).size !== keys.length)
    throw malformed("sealingKey", "a list in which no key stands twice", file);
  return keys;
}

/** HKDF-SHA256 (RFC 5869), 32 bytes. */
function deriveToken(secret: string, label: string): string {
  return Buffer.from(hkdfSync("sha256", secret, "gurulog", label, 32)).toString("base64url");
}

function longText(value: string | undefined, name: KeyName, file: string): string {
  if (value !== undefined && value.length >= 32) return value;
  throw malformed(name, "at least 32 characters", file);
}

/** @throws StartError when it is malformed */
export function parseEncryptionKey(text: string, file: string): Keys["encryptionKeys"][number] {
  const key = Buffer.from(text, "base64");
  if (key.length !== 32 || !/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) {
    throw malformed("encryptionKeys", "32 bytes in base64 (several: separated by commas)", file);
  }
  return { id: markOf(key).slice(0, 16), key };
}

function parseSealingKey(text: string, file: string): string {
  try {
    const key = createPrivateKey({ key: Buffer.from(text, "base64"), format: "der", type: "pkcs8" });
    if (key.asymmetricKeyType === "ed25519") return text;
  } catch (error) {
    if (!(error instanceof Error)) throw error; // a parser's complaint: answered below, without the key's text
  }
  throw malformed(
    "sealingKey",
    "an Ed25519 private key (PKCS #8, DER in base64; several: separated by commas)",
    file,
  );
}

function malformed(name: KeyName, need: string, file: string): StartError {
  return new StartError(`${keyVariables[name]} (or ${name} in ${file}) must be ${need}.`);
}

/** HMAC-SHA256 of a fixed label under the key, 128 bits in hex: names a key without telling it. */
export function markOf(key: Buffer | KeyObject | string): string {
  return createHmac("sha256", key).update("gurulog key fingerprint v1").digest("hex").slice(0, 32);
}
