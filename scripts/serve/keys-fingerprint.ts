import type { Keys } from "@/lib/platform/runtime";
import { keyVariables, markOf } from "./keys-format";
import { StartError } from "./start-error";

/**
 * A mark of the keys that may stand in the database: HMAC-SHA256 over a fixed label under each key. The session
 * secret is left out: it may be changed at any time (everyone signs in again), and a short one could be guessed.
 */
export function keysFingerprint(keys: Keys): string {
  const ring = keys.encryptionKeys.map(({ key }) => markOf(key)).join(",");
  return `v1:${markOf(keys.apiKeyPepper)}:${markOf(Buffer.from(keys.sealingKeys[0] ?? "", "base64"))}:${ring}`;
}

/**
 * @throws StartError when the keys are not those of the stored fingerprint. The encryption ring may have changed as
 * long as one key is common to both, so that keys can be rotated.
 */
export function assertFingerprint(keys: Keys, stored: string, dataDir: string): void {
  const [version, pepper, sealing, ring] = stored.split(":");
  const [, ownPepper, ownSealing, ownRing] = keysFingerprint(keys).split(":");
  const ownKeys = ownRing?.split(",") ?? [];
  const wrong = [
    ...(pepper === ownPepper ? [] : [keyVariables.apiKeyPepper]),
    ...(sealing === ownSealing ? [] : [keyVariables.sealingKey]),
    ...(ring?.split(",").some((key) => ownKeys.includes(key)) ? [] : [keyVariables.encryptionKeys]),
  ];
  if (version === "v1" && wrong.length === 0) return;
  throw new StartError(
    `This database was made with other keys (${wrong.join(", ")}). Put its keys.json into ${dataDir}, or set these variables to its keys.`,
  );
}
