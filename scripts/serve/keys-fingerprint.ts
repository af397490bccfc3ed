import type { Keys } from "@/lib/platform/runtime";
import { type KeyName, keyVariables, markOf } from "./keys-format";
import { StartError } from "./start-error";

/**
 * A mark of the keys that may stand in the database: HMAC-SHA256 over a fixed label under each key. The session
 * secret is left out: it may be changed at any time (everyone signs in again), and a short one could be guessed.
 */
export function keysFingerprint(keys: Keys): string {
  const ring = keys.encryptionKeys.map(({ key }) => markOf(key)).join(",");
  const sealing = keys.sealingKeys.map((key) => markOf(Buffer.from(key, "base64"))).join(",");
  return `v1:${markOf(keys.apiKeyPepper)}:${sealing}:${ring}`;
}

/** The marks of the encryption keys in a fingerprint, the current first. */
export function encryptionMarks(fingerprint: string): string[] {
  return fingerprint.split(":")[3]?.split(",") ?? [];
}

/** What of two fingerprints has nothing in common, by the name of the key; null where they are not comparable. */
export function differingKeys(stored: string, own: string): KeyName[] | null {
  const [a, b] = [stored.split(":"), own.split(":")];
  if (a.length !== 4 || b.length !== 4 || a[0] !== b[0]) return null;
  const names: KeyName[] = ["apiKeyPepper", "sealingKey", "encryptionKeys"];
  return names.filter((_, i) => {
    const others = b[i + 1]?.split(",") ?? [];
    return !a[i + 1]?.split(",").some((mark) => others.includes(mark));
  });
}

/**
 * @throws StartError when the keys are not those of the stored fingerprint. Sealing keys and the encryption ring may have
 * changed as long as one key is common to both, so that keys can be rotated.
 */
export function assertFingerprint(keys: Keys, stored: string, dataDir: string): void {
  const wrong = differingKeys(stored, keysFingerprint(keys));
  if (wrong?.length === 0) return;
  const list = wrong ? ` (${wrong.map((name) => keyVariables[name]).join(", ")})` : "";
  throw new StartError(
    `This database was made with other keys${list}. Put its keys.json into ${dataDir}, or set these variables to its keys.`,
  );
}
