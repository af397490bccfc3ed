import { generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Keys } from "@/lib/platform/runtime";
import { assertFingerprint } from "./keys-fingerprint";
import { type KeyName, keyNames, keyVariables, parseKeys, type StoredKeys, storedKeys } from "./keys-format";
import { createPrivateFile, writePrivateFile } from "./private-file";
import { errorCode, StartError } from "./start-error";

type Environment = {
  readonly [name in (typeof keyVariables)[KeyName] | "GURULOG_SETUP_TOKEN"]?: string | undefined;
};

interface LoadKeysOptions {
  /** GURULOG_DATA_DIR: keys.json stands in it. */
  readonly dataDir: string;
  readonly env: Environment;
  /** What `keysFingerprint` gave when the database was last started; null for a new database. */
  readonly databaseFingerprint?: string | null | undefined;
}

/**
 * Loads the keys: each from its variable where that is set, else from keys.json. On a new database missing keys are
 * made and written (0600); keys from the environment are never written to disk.
 *
 * @throws StartError when a key is malformed, or when the database was made with keys that are not here: new ones
 * would leave its secrets unreadable and its proofs unverifiable.
 */
export function loadKeys(options: LoadKeysOptions): Keys {
  const file = path.join(options.dataDir, "keys.json");
  const environment = readEnvironment(options.env);
  const stored = readStored(file);
  const known: StoredKeys = { version: 1, ...stored, ...environment };
  const missing = keyNames.filter((name) => known[name] === undefined);
  const isNewDatabase = options.databaseFingerprint === undefined || options.databaseFingerprint === null;

  if (missing.length > 0 && !isNewDatabase) {
    const list = missing.map((name) => keyVariables[name]).join(", ");
    throw new StartError(
      `This database was made with keys that are not here. Put its keys.json into ${options.dataDir}, or set ${list}.`,
    );
  }
  const isFileNeeded = missing.length > 0 || (stored !== undefined && stored.rolePasswords === undefined);
  const added: StoredKeys = isFileNeeded ? { ...makeKeys(missing), ...stored } : { version: 1, ...stored };
  const keys = parseKeys({ ...added, ...environment }, file);
  if (!isNewDatabase) assertFingerprint(keys, options.databaseFingerprint ?? "", options.dataDir);
  if (isFileNeeded) {
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify(added, null, 2)}\n`;
    if (stored !== undefined) writePrivateFile(file, text);
    else if (!createPrivateFile(file, text)) return loadKeys(options); // another start has just written it
  }
  return keys;
}

function makeKeys(missing: readonly KeyName[]): StoredKeys {
  const fresh = {
    sessionSecret: () => randomToken(),
    encryptionKeys: () => [randomBytes(32).toString("base64")],
    apiKeyPepper: () => randomToken(),
    sealingKey: newSealingKey,
  };
  return {
    version: 1,
    ...Object.fromEntries(missing.map((name) => [name, fresh[name]()])),
    rolePasswords: { app: randomToken(), sealer: randomToken(), maintenance: randomToken() },
    setupToken: randomToken(),
  };
}

export function newSealingKey(): string {
  return generateKeyPairSync("ed25519")
    .privateKey.export({ format: "der", type: "pkcs8" })
    .toString("base64");
}

function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

function readEnvironment(env: Environment): Partial<StoredKeys> {
  const value = (name: KeyName): string | undefined => env[keyVariables[name]]?.trim() || undefined;
  const sessionSecret = value("sessionSecret");
  const ring = value("encryptionKeys");
  const apiKeyPepper = value("apiKeyPepper");
  const sealingKey = value("sealingKey");
  const setupToken = env.GURULOG_SETUP_TOKEN?.trim();
  return {
    ...(sessionSecret && { sessionSecret }),
    ...(ring && { encryptionKeys: ring.split(",").map((key) => key.trim()) }),
    ...(apiKeyPepper && { apiKeyPepper }),
    ...(sealingKey && { sealingKey }),
    ...(setupToken && { setupToken }),
  };
}

/** What keys.json holds; undefined when there is none. @throws StartError when it is damaged or not ours to read */
export function readStored(file: string): StoredKeys | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
    chmodSync(file, 0o600); // a restored copy may have come back readable to others
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new StartError(`Cannot read ${file} (${errorCode(error)}). Start as the user who owns it.`, {
      cause: error,
    });
  }
  try {
    const parsed = storedKeys.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StartError(`${file} is damaged. Restore it from a backup; nothing was changed.`);
}
