import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { sealingKeyId } from "@/lib/audit/proof/signing-keys";
import { type Env, EnvError, parseEnv } from "@/lib/platform/env";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";
import { parseTrustedProxies, type TrustedProxies } from "@/lib/platform/trusted-proxies";
import { type Agreement, agree } from "./agreement";
import { bootstrapRoles } from "./bootstrap-roles";
import { onDatabase } from "./database-url";
import { loadKeys } from "./keys";
import { keysFingerprint } from "./keys-fingerprint";
import { migrate } from "./migrate";
import { startEmbeddedPostgres } from "./postgres/start-embedded";
import { recordConfigChanges } from "./record-config-changes";
import { root } from "./root";
import type { Shutdown } from "./shutdown";
import { errorCode, StartError } from "./start-error";

export interface Settings {
  env: Env;
  trusted: TrustedProxies;
  dataDir: string;
}

/** Reads the environment. @throws StartError one line that says what to set */
export function readSettings(): Settings {
  try {
    const env = parseEnv(process.env);
    // In a pool's transactions the locks that show who runs and who seals would be somebody else's a moment later.
    if (env.DATABASE_URL && !env.GURULOG_DATABASE_PREPARE && !env.DATABASE_DIRECT_URL)
      throw new EnvError(
        "DATABASE_DIRECT_URL is missing. With GURULOG_DATABASE_PREPARE=false set it to the same database past the pooling proxy.",
      );
    return {
      env,
      trusted: parseTrustedProxies(env.GURULOG_TRUSTED_PROXIES),
      dataDir: path.resolve(root, env.GURULOG_DATA_DIR),
    };
  } catch (error) {
    if (error instanceof EnvError) throw new StartError(error.message, { cause: error });
    if (error instanceof Error)
      throw new StartError(`GURULOG_TRUSTED_PROXIES: ${error.message}`, { cause: error });
    throw error;
  }
}

export interface Booted {
  runtime: Runtime;
  agreement: Agreement;
}

/**
 * Everything between the environment and a database that is ready: Postgres, keys, roles, migrations, the agreement
 * with other instances. Adds its own steps to the shutdown, in the order in which they must be undone.
 * @param baseUrl where the product will be reached
 * @param joinRunning true for a second process on the same data folder (worker, demo)
 */
export async function boot(
  settings: Settings,
  shutdown: Shutdown,
  options: { baseUrl: string; joinRunning?: boolean; log: (line: string) => void },
): Promise<Booted> {
  const { env, dataDir } = settings;
  makeDataDir(dataDir);
  const embedded = env.DATABASE_URL
    ? null
    : await startEmbeddedPostgres({
        dataDir,
        log: options.log,
        ...(options.joinRunning ? { joinRunning: true } : {}),
      });
  if (embedded) shutdown.add("Postgres", () => embedded.stop(), 30_000);
  const adminUrl = embedded?.superuserUrl ?? env.DATABASE_URL ?? "";
  const stored = await storedFingerprint(
    env.DATABASE_DIRECT_URL ?? adminUrl,
    embedded ? "the embedded database" : "DATABASE_URL",
  );
  const keys = loadKeys({ dataDir, env, databaseFingerprint: stored });
  const { mode, urls, roles } = await bootstrapRoles({ adminUrl, embedded: embedded !== null, keys, env });
  await migrate({ maintenanceUrl: urls.maintenance, roles, mode, folder: path.join(root, "drizzle") });
  const runtime: Runtime = {
    env,
    keys,
    urls,
    roles,
    mode,
    instanceId: randomUUID(),
    baseUrl: options.baseUrl,
    version: productVersion(),
    dataDir,
    productDir: root,
    ...(embedded ? { databaseFolder: embedded.dataPath } : {}),
  };
  setRuntime(runtime);
  const agreement = await agree({
    maintenanceUrl: urls.maintenance,
    directUrl: urls.direct,
    mode,
    roles,
    env,
    keysFingerprint: keysFingerprint(keys),
    sealingKeys: keys.sealingKeys.map(sealingKeyId),
    encryptionKeys: keys.encryptionKeys.map(({ id }) => id),
    inTransaction: (tx, changes) => recordConfigChanges(tx, changes),
  });
  shutdown.add("the agreement with other instances", () => agreement.release());
  return { runtime, agreement };
}

/** @throws StartError when it is a file, or may not be made */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartError(
      `${dataDir} cannot be made or is no folder (${errorCode(error) ?? "unknown error"}). Set GURULOG_DATA_DIR to a folder that may be written.`,
      { cause: error },
    );
  }
}

/** Version in package.json. */
export function productVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** What the keys looked like when this database was last started; null for a new one. */
export async function storedFingerprint(url: string, variable: string): Promise<string | null> {
  return onDatabase(url, variable, async (sql) => {
    const [table] = await sql`select to_regclass('public.audit_config') is not null as stands`;
    if (!table?.stands) return null;
    const rows = await sql`select keys_fingerprint from audit_config`;
    return (rows[0]?.keys_fingerprint as string | undefined) ?? null;
  });
}
