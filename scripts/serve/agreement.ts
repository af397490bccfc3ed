import postgres from "postgres";
import type { Env } from "@/lib/platform/env";
import { logError } from "@/lib/platform/log";
import type { DatabaseMode, DatabaseRoles } from "@/lib/platform/runtime";
import { differingKeys, encryptionMarks } from "./keys-fingerprint";
import { assertKeysInUse } from "./keys-in-use";
import { openPresence } from "./presence";
import { StartError } from "./start-error";

/** Settings of the log that differ from the last start, each to be recorded as an event. */
export interface ConfigChanges {
  /** `from` is null at a first start, where only logging that is off counts as a change. */
  loggingEnabled?: { from: boolean | null; to: boolean };
  /** Days; 0 keeps for ever. A first start compares with the default. */
  retentionDays?: { from: number; to: number };
  /** Ids of the keys that sign, the current first. A first start has none to compare with. */
  sealingKeys?: { from: string[]; to: string[] };
}

export interface Agreement {
  changes: ConfigChanges;
  firstStart: boolean;
  /** This instance no longer counts as running. */
  release(): Promise<void>;
}

export interface AgreeOptions {
  maintenanceUrl: string;
  /** Reaches Postgres itself, not through a transaction pool. */
  directUrl: string;
  mode: DatabaseMode;
  roles: DatabaseRoles;
  env: Pick<
    Env,
    | "SOURCEBOT_EE_AUDIT_LOGGING_ENABLED"
    | "GURULOG_AUDIT_RETENTION_DAYS"
    | "GURULOG_TRUSTED_PROXIES"
    | "GURULOG_ARCHIVE_DIR"
  >;
  keysFingerprint: string;
  /** Ids of the keys that sign, the current first. */
  sealingKeys: readonly string[];
  /** Ids of the keys that encrypt, the current first. */
  encryptionKeys: readonly string[];
  /** Called when something changed, as the maintenance role, in the transaction that stores the change. */
  inTransaction?: (tx: postgres.TransactionSql, changes: ConfigChanges) => Promise<void>;
  /** How long a start whose settings differ waits for the others to stop. */
  patienceMs?: number;
}

interface Stored {
  logging_enabled: boolean | null;
  retention_days: number | null;
  retention_chosen: number | null;
  trusted_proxies: string | null;
  keys_fingerprint: string | null;
  sealing_keys: string | null;
}

const defaultRetentionDays = 90;

/**
 * Settles what all instances on one database must agree on: whether events are recorded, how long they are kept, which
 * proxies are trusted, and the keys. While another instance runs, one that differs may not start; when none runs, the
 * new values are stored together with the events that tell of them.
 *
 * @throws StartError one line naming the variable that differs
 */
export async function agree(options: AgreeOptions): Promise<Agreement> {
  const proxies = normalize(options.env.GURULOG_TRUSTED_PROXIES);
  const presence = openPresence(options.directUrl, encryptionMarks(options.keysFingerprint), (sql) =>
    warnIfChanged(sql, options, proxies),
  );
  const sql = postgres(options.maintenanceUrl, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    connection: { application_name: "gurulog agreement", TimeZone: "UTC" },
  });
  try {
    const settled = await sql.begin(async (tx) => {
      // One start at a time: two that differ, both alone, would otherwise both store their own.
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.agreement'))`;
      const stored = await readStored(tx);
      const other = differences(stored, options, proxies);
      const alone = await presence.join(other.length > 0 ? (options.patienceMs ?? 3000) : 0);
      assertKeys(stored, options.keysFingerprint);
      await assertKeysInUse(tx, options.encryptionKeys);
      if (!alone && other[0] !== undefined) throw new StartError(other[0]);
      const changes = changesOf(stored, options);
      await store(tx, options, proxies, changes);
      // No difference that keeps a start from going on: folders differ from host to host, and one that has none leaves the
      // work to those that do. So any start with a folder turns archiving on, and one without, while none runs, off.
      const archiving = options.env.GURULOG_ARCHIVE_DIR !== undefined;
      if (archiving || alone) await tx`update audit_config set archive = ${archiving}`;
      if (Object.keys(changes).length > 0) await options.inTransaction?.(tx, changes);
      return { changes, firstStart: stored.keys_fingerprint === null };
    });
    return { ...settled, release: () => presence.release() };
  } catch (error) {
    await presence.release();
    throw error;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function readStored(sql: postgres.Sql | postgres.TransactionSql): Promise<Stored> {
  const [stored] = await sql<Stored[]>`
    select logging_enabled, retention_days, retention_chosen, trusted_proxies, keys_fingerprint, sealing_keys
    from audit_config`;
  if (!stored) throw new Error("audit_config has lost its row: restore the database from a backup");
  return stored;
}

/** The environment wins; unset means what was chosen at onboarding, else the default. */
function wantedRetention(stored: Stored, env: AgreeOptions["env"]): number {
  return env.GURULOG_AUDIT_RETENTION_DAYS ?? stored.retention_chosen ?? defaultRetentionDays;
}

function changesOf(stored: Stored, { env, sealingKeys }: AgreeOptions): ConfigChanges {
  const changes: ConfigChanges = {};
  const enabled = env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED;
  if ((stored.logging_enabled ?? true) !== enabled) {
    changes.loggingEnabled = { from: stored.logging_enabled, to: enabled };
  }
  const [from, to] = [stored.retention_days ?? defaultRetentionDays, wantedRetention(stored, env)];
  if (from !== to) changes.retentionDays = { from, to };
  const before = stored.sealing_keys?.split(",");
  if (before && before.join() !== sealingKeys.join())
    changes.sealingKeys = { from: before, to: [...sealingKeys] };
  return changes;
}

/** One line for each setting in which this start differs from what the running instances go by. */
function differences(stored: Stored, options: AgreeOptions, proxies: string): string[] {
  const changes = changesOf(stored, options);
  const lines: string[] = [];
  const mend = "Set it alike everywhere, or stop the other instances first.";
  if (changes.loggingEnabled) {
    const { to } = changes.loggingEnabled;
    lines.push(
      `SOURCEBOT_EE_AUDIT_LOGGING_ENABLED is ${to} here, but another running instance on this database has ${!to}. ${mend}`,
    );
  }
  if (changes.retentionDays) {
    const { from, to } = changes.retentionDays;
    lines.push(
      `GURULOG_AUDIT_RETENTION_DAYS makes ${to} days here, but another running instance on this database has ${from}. ${mend}`,
    );
  }
  if (stored.trusted_proxies !== null && stored.trusted_proxies !== proxies) {
    lines.push(
      `GURULOG_TRUSTED_PROXIES is "${proxies}" here, but another running instance on this database has "${stored.trusted_proxies}". ${mend}`,
    );
  }
  // One key more may come while others run: what it signs beside a key of theirs they take as signed. One that is missing
  // here may be the only one that they sign with.
  if (changes.sealingKeys?.from.some((id) => !changes.sealingKeys?.to.includes(id))) {
    lines.push(
      `GURULOG_SEALING_KEY (or keys.json) lacks a key here that another running instance on this database signs with. ${mend}`,
    );
  }
  // The others encrypt with it, and could not be understood here. One that is new here is told by `rotate-secrets`.
  const [current] = encryptionMarks(stored.keys_fingerprint ?? "");
  if (current !== undefined && !encryptionMarks(options.keysFingerprint).includes(current)) {
    lines.push(
      `GURULOG_ENCRYPTION_KEY (or keys.json) lacks the key here that another running instance on this database encrypts with. ${mend}`,
    );
  }
  return lines;
}

async function store(
  tx: postgres.TransactionSql,
  options: AgreeOptions,
  proxies: string,
  changes: ConfigChanges,
): Promise<void> {
  const { env } = options;
  // Without a value of the environment the column holds the one chosen, or null, so that onboarding may still choose.
  await tx`
    update audit_config set
      logging_enabled = ${env.SOURCEBOT_EE_AUDIT_LOGGING_ENABLED},
      logging_changed_at = case when ${changes.loggingEnabled !== undefined} then now() else logging_changed_at end,
      retention_days = coalesce(${env.GURULOG_AUDIT_RETENTION_DAYS ?? null}::integer, retention_chosen),
      trusted_proxies = ${proxies},
      keys_fingerprint = ${options.keysFingerprint},
      sealing_keys = ${options.sealingKeys.join(",")}`;
}

/** Sealing keys and the encryption ring may have changed as long as one key is common, so that keys can be rotated. */
function assertKeys(stored: Stored, own: string): void {
  if (stored.keys_fingerprint === null || differingKeys(stored.keys_fingerprint, own)?.length === 0) return;
  throw new StartError(
    "This database was made with other keys. Put the keys.json it was made with into GURULOG_DATA_DIR, or set the key variables to its keys.",
  );
}

function normalize(csv: string): string {
  const entries = csv.split(",").map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ""))].sort().join(", ");
}

async function warnIfChanged(sql: postgres.Sql, options: AgreeOptions, proxies: string): Promise<void> {
  const [difference] = differences(await readStored(sql), options, proxies);
  if (difference !== undefined) logError("settings have changed, restart this instance", difference);
}
