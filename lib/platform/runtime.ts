import type { KeyObject } from "node:crypto";
import type { Env } from "./env";

/** Secrets of the instance; from keys.json or the environment, never from the database. */
export interface Keys {
  sessionSecret: string;
  /** The first encrypts, all decrypt. */
  encryptionKeys: { id: string; key: Buffer | KeyObject }[];
  apiKeyPepper: string;
  /** Ed25519 private keys, PKCS8 DER in base64. The first is the current one; older ones sign too until removed. */
  sealingKeys: string[];
  rolePasswords: { app: string; sealer: string; maintenance: string };
  setupToken: string;
}

export interface DatabaseRoles {
  owner: string;
  maintenance: string;
  app: string;
  sealer: string;
}

/** `enforced`: roles of their own; `guard-rail`: one database user owns everything. */
export type DatabaseMode = "enforced" | "guard-rail";

export interface DatabaseUrls {
  app: string;
  sealer: string;
  maintenance: string;
  direct: string;
}

/** What the launcher knows and every module graph of the process (Next's bundle, the worker's) shares. */
export interface Runtime {
  env: Env;
  keys: Keys;
  urls: DatabaseUrls;
  roles: DatabaseRoles;
  mode: DatabaseMode;
  instanceId: string;
  /** Where the product is reached: GURULOG_URL, or the address printed at start. */
  baseUrl: string;
  version: string;
  /** Folder of keys.json and of what this instance has signed last. */
  dataDir: string;
  /** Folder of the installed product, with its bundles in `build/`. Unset where there are none: in tests of the sources. */
  productDir?: string;
  /** Folder of the embedded database's files; absent when the database is an external one. */
  databaseFolder?: string;
  /** Set only in the process that fills a demo instance: its acts happen at this time and say that they are a demo. */
  demoClock?: () => Date;
}

const slot = Symbol.for("gurulog.runtime");

/**
 * The facts the launcher set.
 * @throws when nothing was started (a module used outside the product): never a default.
 */
export function runtime(): Runtime {
  const found = (globalThis as Record<symbol, unknown>)[slot] as Runtime | undefined;
  if (!found) throw new Error("Gurulog's runtime is not set: start the product with `npm start`.");
  return found;
}

export function setRuntime(value: Runtime): void {
  (globalThis as Record<symbol, unknown>)[slot] = value;
}
