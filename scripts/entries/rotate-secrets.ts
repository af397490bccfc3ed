import { resealAll } from "@/lib/access/reseal";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { logError, logLine } from "@/lib/platform/log";
import { openSource } from "../backup/source";
import { rotateSecretsArguments } from "../operator/rotate-secrets-arguments";
import { readSettings, type Settings } from "../serve/boot";
import { changeRing, sealsWith } from "../serve/change-ring";
import { loadKeys } from "../serve/keys";
import { markOf } from "../serve/keys-format";
import { instancesLacking } from "../serve/presence";
import { handleShutdown, type Shutdown } from "../serve/shutdown";
import { StartError } from "../serve/start-error";

/** Somebody may be writing a secret at this moment; nobody does so for long. */
const lockTimeoutMs = 30_000;

/**
 * `npm run rotate-secrets`: what was encrypted with an older key is encrypted with the current one. `-- --new-key` puts a
 * new key first; `-- --retire` takes the older ones away once nothing needs them.
 */
async function main(): Promise<void> {
  const shutdown = handleShutdown(logLine);
  try {
    const step = rotateSecretsArguments(process.argv.slice(2));
    const settings = readSettings();
    if (step === "add") addKey(settings);
    else {
      const current = await reseal(settings, shutdown);
      if (step === "retire") retireKeys(settings, current);
    }
    await shutdown.begin("the encryption keys were looked after");
  } catch (error) {
    if (shutdown.hasBegun) return;
    if (error instanceof StartError) process.stderr.write(`gurulog: ${error.message}\n`);
    else logError("rotate-secrets", error);
    await shutdown.begin("it could not be done", 1);
  }
}

function addKey({ env, dataDir }: Settings): void {
  const { after, variable, file } = changeRing({
    dataDir,
    variable: env.GURULOG_ENCRYPTION_KEY,
    change: "add",
  });
  logLine(`Encryption keys, the current first: ${after.join(", ")}.`);
  if (variable === null) logLine(`${file} holds them.`);
  else logLine(`Keep this secret and set it wherever Gurulog runs:\nGURULOG_ENCRYPTION_KEY=${variable}`);
  logLine("Restart Gurulog, all instances, then run npm run rotate-secrets.");
}

/**
 * @returns the id of the key that everything is encrypted with now
 * @throws StartError when what runs does not know the current key, or something opens with no key of the ring
 */
async function reseal(settings: Settings, shutdown: Shutdown): Promise<string> {
  const { env, dataDir } = settings;
  const { url, mode, role } = await openSource(settings, shutdown, logLine);
  const owner = {
    maintenanceUrl: url,
    mode: role ? mode : ("guard-rail" as const),
    roles: { owner: role ?? "" },
  };
  const done = await asOwner(owner, { name: "gurulog rotate-secrets", lockTimeoutMs }, async (sql) => {
    const [config] = await sql<
      { stored: string | null }[]
    >`select keys_fingerprint as stored from audit_config`;
    const stored = config?.stored;
    if (!stored) throw new StartError("This database was never started. Start Gurulog once, then rotate.");
    const { encryptionKeys } = loadKeys({ dataDir, env, databaseFingerprint: stored });
    const [current] = encryptionKeys;
    if (!current || !sealsWith(stored, current.key))
      throw new StartError(
        "Gurulog was not started with the current encryption key yet, so it could not open what is encrypted with it. Restart it, all instances, and run this again.",
      );
    const lacking = await instancesLacking(sql, markOf(current.key));
    if (lacking > 0)
      throw new StartError(
        `${lacking === 1 ? "One running instance does" : `${lacking} running instances do`} not know the current encryption key, so what is encrypted with it could not be opened there. Put the key into GURULOG_ENCRYPTION_KEY (or keys.json) of every instance, restart it, and run this again.`,
      );
    return { ...(await resealAll(sql, encryptionKeys)), keyId: current.id };
  });
  logLine(
    `Encrypted anew with the current key: secrets ${done.secrets}, integrations ${done.integrations}, second factors ${done.factors}.`,
  );
  if (done.unreadable.length > 0)
    throw new StartError(
      `No key here opens ${done.unreadable.slice(0, 20).join(", ")}. Put the key it was encrypted with back behind the others, or store it anew.`,
    );
  logLine("Nothing needs an older key any more.");
  return done.keyId;
}

function retireKeys({ env, dataDir }: Settings, current: string): void {
  const { before, after, variable, file, former } = changeRing({
    dataDir,
    variable: env.GURULOG_ENCRYPTION_KEY,
    change: { keepOnly: current },
  });
  logLine(`Encryption keys: ${before.join(", ")} become ${after.join(", ")}.`);
  if (variable === null) logLine(`${file} holds it.`);
  else logLine(`Set it wherever Gurulog runs:\nGURULOG_ENCRYPTION_KEY=${variable}`);
  if (former !== null)
    logLine(`${former} holds the keys as they were: move it to where you keep what backups need.`);
  logLine(
    "Restart Gurulog when it suits you. Keep the old keys with your backups: a database restored from before the rotation needs them.",
  );
}

await main();
