import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyRotated } from "@/lib/audit/catalogue/audit-log";
import { isSignedBy, parseNote } from "@/lib/audit/proof/note";
import { sealingKeyId, verifiersOf } from "@/lib/audit/proof/signing-keys";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { type Keys, setRuntime } from "@/lib/platform/runtime";
import { agree } from "../../../scripts/serve/agreement";
import { loadKeys } from "../../../scripts/serve/keys";
import { keysFingerprint } from "../../../scripts/serve/keys-fingerprint";
import { recordConfigChanges } from "../../../scripts/serve/record-config-changes";
import { rotateSealingKey } from "../../../scripts/serve/rotate-sealing-key";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let dataDir: string;
let file: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-rotate-"));
  file = path.join(dataDir, "keys.json");
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const rotate = (retire = false, variable?: string) => rotateSealingKey({ dataDir, variable, retire });

describe("rotate-key", () => {
  it("puts a new key first in keys.json and keeps the old one and everything else", async () => {
    const before = loadKeys({ dataDir, env: {} });
    chmodSync(file, 0o644);
    const rotated = await rotate();
    const after = loadKeys({ dataDir, env: {}, databaseFingerprint: keysFingerprint(before) });
    expect(after.sealingKeys).toHaveLength(2);
    expect(after.sealingKeys[1]).toBe(before.sealingKeys[0]);
    expect(rotated).toEqual({
      before: before.sealingKeys.map(sealingKeyId),
      after: after.sealingKeys.map(sealingKeyId),
      variable: null,
      file,
    });
    expect({ ...after, sealingKeys: [] }).toEqual({ ...before, sealingKeys: [] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir)).toEqual(["keys.json"]);
    await rotate();
    expect(loadKeys({ dataDir, env: {} }).sealingKeys.slice(1)).toEqual(after.sealingKeys);
  });

  it("with the key in the environment writes nothing and says what to set; derived passwords stay", async () => {
    const made = loadKeys({ dataDir, env: {} });
    const env = {
      AUTH_SECRET: made.sessionSecret,
      GURULOG_ENCRYPTION_KEY: JSON.parse(readFileSync(file, "utf8")).encryptionKeys[0],
      GURULOG_API_KEY_PEPPER: made.apiKeyPepper,
      GURULOG_SEALING_KEY: made.sealingKeys[0],
    };
    rmSync(file);
    const before = loadKeys({ dataDir, env });
    const { variable } = await rotate(false, env.GURULOG_SEALING_KEY);
    expect(existsSync(file)).toBe(false);
    const after = loadKeys({
      dataDir,
      env: { ...env, GURULOG_SEALING_KEY: variable ?? "" },
      databaseFingerprint: keysFingerprint(before),
    });
    expect(after.sealingKeys).toEqual([expect.any(String), before.sealingKeys[0]]);
    expect({ ...after, sealingKeys: [] }).toEqual({ ...before, sealingKeys: [] });
  });

  it("has nothing to rotate before the first start, and leaves a damaged file alone", async () => {
    await expect(rotate()).rejects.toThrow(/no sealing key in .*keys\.json yet\. Start Gurulog once/);
    expect(readdirSync(dataDir)).toEqual([]);
    writeFileSync(file, "{");
    await expect(rotate()).rejects.toThrow(/keys\.json is damaged/);
    expect(readFileSync(file, "utf8")).toBe("{");
  });

  it("refuses a key that stands twice", () => {
    const { sealingKeys } = loadKeys({ dataDir, env: {} });
    const twice = `${sealingKeys[0]},${sealingKeys[0]}`;
    expect(() => loadKeys({ dataDir, env: { GURULOG_SEALING_KEY: twice } })).toThrow(/no key stands twice/);
  });
});

describe("a rotation from start to start", () => {
  let log: SigningHarness;
  beforeEach(async () => {
    log = await signingHarness();
    dataDir = log.product.runtime.dataDir;
    file = path.join(dataDir, "keys.json");
  });
  afterEach(() => log.close());

  async function start(): Promise<Keys> {
    const { product } = log;
    const [stored] = await log.admin`select keys_fingerprint from audit_config`;
    const keys = loadKeys({ dataDir, env: {}, databaseFingerprint: stored?.keys_fingerprint });
    setRuntime({ ...product.runtime, keys });
    const agreement = await agree({
      maintenanceUrl: product.database.urls.maintenance,
      directUrl: product.database.urls.app,
      mode: "enforced",
      roles: product.database.roles,
      env: product.runtime.env,
      keysFingerprint: keysFingerprint(keys),
      sealingKeys: keys.sealingKeys.map(sealingKeyId),
      encryptionKeys: keys.encryptionKeys.map(({ id }) => id),
      inTransaction: (tx: postgres.TransactionSql, changes) => recordConfigChanges(tx, changes),
    });
    await agreement.release();
    while ((await sealBatch(log.sealer, 100)) > 0);
    return keys;
  }

  const signers = async () => {
    const [row] = await log.admin`select origin, note from audit_checkpoint order by size desc limit 1`;
    const note = parseNote(row?.note);
    return verifiersOf(row?.origin).map((key) => isSignedBy(note, key));
  };

  it("is recorded once, signs with both keys, and needs the new key to have signed before the old one goes", async () => {
    const first = await start();
    await log.grow(3);
    await log.signed();
    expect(await signers()).toEqual([true]);

    await rotate();
    await expect(rotate(true)).rejects.toThrow(/has not signed anything here yet/);
    const both = await start();
    await log.signed();
    expect(await signers()).toEqual([true, true]);
    const ids = (keys: Keys) => keys.sealingKeys.map(sealingKeyId).join(", ");
    expect(await log.product.events(keyRotated.action)).toMatchObject([
      {
        operation: "ROTATE_SEAL_KEY",
        actor_type: "system",
        target_type: "org",
        changes: [{ field: "sealing_keys", before: ids(first), after: ids(both) }],
      },
    ]);
    await start();
    expect(await log.product.events(keyRotated.action)).toHaveLength(1);

    await rotate(true);
    const second = await start();
    expect(second.sealingKeys).toEqual([both.sealingKeys[0]]);
    await log.signed();
    expect(await signers()).toEqual([true]);
    expect(await log.product.events(keyRotated.action)).toHaveLength(2);
    // No secret in what is recorded.
    const recorded = JSON.stringify(await log.product.events());
    for (const key of [...first.sealingKeys, ...both.sealingKeys]) expect(recorded).not.toContain(key);
    // An instance without a file takes over from the checkpoint that both have signed.
    rmSync(log.lastSigned.file);
    await log.grow(1);
    await log.signed();
  });
});
