import path from "node:path";
import postgres from "postgres";
import { NotChecked } from "@/lib/audit/proof/verify/not-checked";
import type { OutsideCheckpoint } from "@/lib/audit/proof/verify-log";
import { anchored, rememberedBy } from "@/lib/audit/proof/verify-log/build-task";
import type { Keys } from "@/lib/platform/runtime";
import type { Settings } from "../serve/boot";
import { roleNames } from "../serve/create-roles";
import { withCredentials } from "../serve/database-url";
import { loadKeys } from "../serve/keys";
import { startEmbeddedPostgres } from "../serve/postgres/start-embedded";
import { readStored } from "../serve/postgres/stored-place";
import { root } from "../serve/root";
import { StartError } from "../serve/start-error";

/** The database with the log, and what this machine knows of it. Nothing in it is changed, and no key is made. */
export interface OpenLog {
  url: string;
  orgIds: number[];
  /** Null where this machine has none: then a key must be given. */
  keys: Keys | null;
  outside: Map<number, OutsideCheckpoint[]>;
  /** An anchor file is set and tells nothing. */
  hasEmptyAnchor: boolean;
  close(): Promise<void>;
}

/**
 * @param isKeyGiven whoever verifies brought the log's key: then those of this machine may be missing
 * @throws NotChecked, StartError, and what the database throws
 */
export async function openLog(
  { env, dataDir }: Pick<Settings, "env" | "dataDir">,
  log: (line: string) => void,
  isKeyGiven = false,
): Promise<OpenLog> {
  // A start would make a database here; there is nothing to verify in a new one.
  if (!env.DATABASE_URL && !readStored(dataDir))
    throw new NotChecked(
      `There is no database of Gurulog in ${dataDir}. Set GURULOG_DATA_DIR or DATABASE_URL to where it is.`,
    );
  const embedded = env.DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir, log, joinRunning: true });
  try {
    const admin = embedded?.superuserUrl ?? env.DATABASE_DIRECT_URL ?? env.DATABASE_URL ?? "";
    const facts = await readFacts(admin);
    const keys = ownKeys(env, dataDir, facts.fingerprint, isKeyGiven);
    // What was signed last is read before the snapshot is taken: what was signed by then is in the database.
    const anchor = env.GURULOG_ANCHOR_FILE && path.resolve(root, env.GURULOG_ANCHOR_FILE);
    const anchors = await anchored(anchor);
    const hasEmptyAnchor = env.GURULOG_ANCHOR_FILE !== undefined && anchors.length === 0;
    const outside = new Map<number, OutsideCheckpoint[]>();
    for (const orgId of facts.orgIds)
      outside.set(orgId, [...(await rememberedBy(dataDir, orgId)), ...anchors]);
    const url = facts.mayRead ? admin : appUrl(admin, facts.database, keys);
    return { url, orgIds: facts.orgIds, keys, outside, hasEmptyAnchor, close: async () => embedded?.stop() };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

interface Facts {
  database: string;
  mayRead: boolean;
  fingerprint: string | null;
  orgIds: number[];
}

async function readFacts(url: string): Promise<Facts> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const [found] = await sql<{ stands: boolean; database: string }[]>`
      select to_regclass('public.audit_head') is not null as stands, current_database() as database`;
    if (!found?.stands) throw new NotChecked("The database holds no log: Gurulog was never started on it.");
    const [row] = await sql<{ fingerprint: string | null; mayRead: boolean }[]>`
      select (select keys_fingerprint from audit_config) as fingerprint,
        has_table_privilege('audit_event', 'select') and has_table_privilege('audit_head', 'select') as "mayRead"`;
    return {
      database: found.database,
      mayRead: row?.mayRead ?? false,
      fingerprint: row?.fingerprint ?? null,
      orgIds: [1],
    };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** A database without a fingerprint was never served: to load keys would make new ones. */
function ownKeys(
  env: Settings["env"],
  dataDir: string,
  fingerprint: string | null,
  isKeyGiven: boolean,
): Keys | null {
  if (fingerprint === null) return null;
  try {
    return loadKeys({ dataDir, env, databaseFingerprint: fingerprint });
  } catch (error) {
    if (isKeyGiven && error instanceof StartError) return null;
    throw error;
  }
}

/** The user of DATABASE_URL that made the roles need not be able to read their tables. */
function appUrl(admin: string, database: string, keys: Keys | null): string {
  if (!keys?.rolePasswords.app) throw new NotChecked("The user of DATABASE_URL may not read the log.");
  return withCredentials(admin, roleNames(database).app, keys.rolePasswords.app);
}
