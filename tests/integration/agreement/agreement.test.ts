import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Agreement,
  type AgreeOptions,
  agree,
  type ConfigChanges,
} from "../../../scripts/serve/agreement";
import { instancesLacking } from "../../../scripts/serve/presence";
import { StartError } from "../../../scripts/serve/start-error";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { terminate } from "../sealer/cut-off";
import { insertEvents, until } from "../sealer/events-for-tests";

const plain: AgreeOptions["env"] = {
  SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: true,
  GURULOG_AUDIT_RETENTION_DAYS: undefined,
  GURULOG_TRUSTED_PROXIES: "",
};

let database: TestDatabase;
let admin: postgres.Sql;
let held: Agreement[];

beforeEach(async () => {
  database = await createTestDatabase();
  admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
  held = [];
});

afterEach(async () => {
  await Promise.all(held.map((agreement) => agreement.release()));
  await admin.end({ timeout: 5 });
  await database.drop();
});

async function start(
  env: Partial<AgreeOptions["env"]> = {},
  more: Partial<AgreeOptions> = {},
): Promise<Agreement> {
  const agreement = await agree({
    maintenanceUrl: database.urls.maintenance,
    directUrl: database.urls.app,
    mode: "enforced",
    roles: database.roles,
    env: { ...plain, ...env },
    keysFingerprint: "v1:pepper:sealing:k1",
    sealingKeys: ["s1"],
    encryptionKeys: ["k1"],
    patienceMs: 0,
    ...more,
  });
  held.push(agreement);
  return agreement;
}

async function startOnce(env: Partial<AgreeOptions["env"]> = {}, more: Partial<AgreeOptions> = {}) {
  const { changes, firstStart, release } = await start(env, more);
  await release();
  return { changes, firstStart };
}

const off = { SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: false };

describe("what instances must agree on", () => {
  it("a first start with logging on changes nothing, with it off it is a change to disabled", async () => {
    expect(await startOnce()).toEqual({ changes: {}, firstStart: true });
    expect(await startOnce()).toEqual({ changes: {}, firstStart: false });
    await admin`update audit_config set logging_enabled = null, keys_fingerprint = null`;
    expect(await startOnce(off)).toEqual({
      changes: { loggingEnabled: { from: null, to: false } },
      firstStart: true,
    });
  });

  it("a flag that differs from the last start is a change, once", async () => {
    await startOnce();
    expect((await startOnce(off)).changes).toEqual({ loggingEnabled: { from: true, to: false } });
    expect((await startOnce(off)).changes).toEqual({});
    expect((await startOnce()).changes).toEqual({ loggingEnabled: { from: false, to: true } });
  });

  it("any start with a folder for the archive turns archiving on; one without turns it off when no other runs", async () => {
    const archiving = async () => (await admin`select archive from audit_config`)[0]?.archive;
    const { release } = await start();
    expect(await archiving()).toBe(false);
    const withFolder = await start({ GURULOG_ARCHIVE_DIR: "/archive" });
    expect(await archiving()).toBe(true);
    await release();
    expect((await startOnce()).changes).toEqual({});
    expect(await archiving()).toBe(true);
    await withFolder.release();
    await startOnce({}, { patienceMs: 3000 });
    expect(await archiving()).toBe(false);
  });

  it("the retention is the environment's, else the one chosen at onboarding, else 90 days", async () => {
    const days = async () =>
      (
        await admin`select audit_cutoff() = (date_trunc('day', now() at time zone 'UTC') - interval '90 days') at time zone 'UTC' as ninety, retention_days from audit_config`
      )[0];
    expect((await startOnce()).changes).toEqual({});
    expect(await days()).toEqual({ ninety: true, retention_days: null });
    expect((await startOnce({ GURULOG_AUDIT_RETENTION_DAYS: 30 })).changes).toEqual({
      retentionDays: { from: 90, to: 30 },
    });
    expect((await startOnce()).changes).toEqual({ retentionDays: { from: 30, to: 90 } });

    const app = postgres(database.urls.app, { max: 1 });
    await app`select audit_choose_retention(365)`;
    await expect(app`select audit_choose_retention(1)`).rejects.toThrow(/chosen already/);
    await app.end();
    expect((await startOnce()).changes).toEqual({});
    expect(await days()).toEqual({ ninety: false, retention_days: 365 });
    expect((await startOnce({ GURULOG_AUDIT_RETENTION_DAYS: 0 })).changes).toEqual({
      retentionDays: { from: 365, to: 0 },
    });
    expect((await startOnce()).changes).toEqual({ retentionDays: { from: 0, to: 365 } });
  });

  it("the retention can be chosen at onboarding only, not by a runtime that wants the log shorter", async () => {
    const app = postgres(database.urls.app, { max: 1 });
    await insertEvents(app, [
      {
        action: "user.owner_created",
        operation: "OWNER_CREATED",
        model: "Organization",
        action_type: "created",
      },
    ]);
    await expect(app`select audit_choose_retention(1)`).rejects.toThrow(/chosen at onboarding/);
    await expect(app`update audit_config set retention_days = 1`).rejects.toThrow(/permission denied/);
    await app.end();
  });

  it.each([
    ["SOURCEBOT_EE_AUDIT_LOGGING_ENABLED", off],
    ["GURULOG_AUDIT_RETENTION_DAYS", { GURULOG_AUDIT_RETENTION_DAYS: 7 }],
    ["GURULOG_TRUSTED_PROXIES", { GURULOG_TRUSTED_PROXIES: "10.0.0.0/8" }],
  ])(
    "one that differs in %s refuses to start while another runs, in one line, and starts after it",
    async (variable, env) => {
      const first = await start();
      const refused = await start(env).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StartError);
      expect((refused as StartError).message).toMatch(new RegExp(`^${variable} [^\\n]+$`));
      const [kept] = await admin`select logging_enabled, retention_days, trusted_proxies from audit_config`;
      expect({ ...kept }).toEqual({ logging_enabled: true, retention_days: null, trusted_proxies: "" });
      // Alike starts beside it; the refused one does not count as running.
      await (await start()).release();
      await first.release();
      await start(env);
    },
  );

  it("trusted proxies in another order or spacing are the same", async () => {
    await start({ GURULOG_TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.1" });
    await start({ GURULOG_TRUSTED_PROXIES: " 192.0.2.1,10.0.0.0/8," });
  });

  it("other keys refuse; a rotated ring that shares a key goes on and is remembered", async () => {
    await startOnce();
    for (const keysFingerprint of ["v1:other:sealing:k1", "v1:pepper:other:k1", "v1:pepper:sealing:k2"]) {
      await expect(startOnce({}, { keysFingerprint })).rejects.toThrow(StartError);
    }
    await startOnce({}, { keysFingerprint: "v1:pepper:sealing:k2,k1" });
    await startOnce({}, { keysFingerprint: "v1:pepper:sealing:k2" });
    await expect(startOnce({}, { keysFingerprint: "v1:pepper:sealing:k1" })).rejects.toThrow(StartError);
  });

  it("a rotated sealing key that shares one goes on, is a change once, and is remembered", async () => {
    await startOnce();
    const rotated = { keysFingerprint: "v1:pepper:new,sealing:k1", sealingKeys: ["s2", "s1"] };
    expect((await startOnce({}, rotated)).changes).toEqual({
      sealingKeys: { from: ["s1"], to: ["s2", "s1"] },
    });
    expect((await startOnce({}, rotated)).changes).toEqual({});
    const retired = { keysFingerprint: "v1:pepper:new:k1", sealingKeys: ["s2"] };
    expect((await startOnce({}, retired)).changes).toEqual({
      sealingKeys: { from: ["s2", "s1"], to: ["s2"] },
    });
    await expect(startOnce()).rejects.toThrow(/made with other keys/);
    // An older version did not note them: nothing to compare with.
    await admin`update audit_config set sealing_keys = null`;
    expect((await startOnce({}, rotated)).changes).toEqual({});
  });

  it("a sealing key may be added while another instance runs, never left out", async () => {
    const first = await start();
    const rotated = { keysFingerprint: "v1:pepper:new,sealing:k1", sealingKeys: ["s2", "s1"] };
    const second = await start({}, rotated);
    await first.release();
    const lacking = [{}, { keysFingerprint: "v1:pepper:new:k1", sealingKeys: ["s2"] }];
    for (const keys of lacking) await expect(start({}, keys)).rejects.toThrow(/^GURULOG_SEALING_KEY [^\n]+$/);
    await second.release();
    await start({}, lacking[1]);
  });

  it("an encryption key that others encrypt with is not left out while they run, an older one may be", async () => {
    const first = await start();
    await start({}, { keysFingerprint: "v1:pepper:sealing:k2,k1", encryptionKeys: ["k2", "k1"] });
    await first.release();
    await expect(start()).rejects.toThrow(/^GURULOG_ENCRYPTION_KEY [^\n]+$/);
    await start({}, { keysFingerprint: "v1:pepper:sealing:k2", encryptionKeys: ["k2"] });
  });

  it("an instance that runs without the newest encryption key is counted until it knows it", async () => {
    const rotated = { keysFingerprint: "v1:pepper:sealing:k2,k1", encryptionKeys: ["k2", "k1"] };
    expect(await instancesLacking(admin, "k2")).toBe(0);
    const before = await start();
    expect(await instancesLacking(admin, "k2")).toBe(1);
    await start({}, rotated);
    expect(await instancesLacking(admin, "k2")).toBe(1);
    expect(await instancesLacking(admin, "k1")).toBe(0);
    await before.release();
    await until("it is gone", async () => (await instancesLacking(admin, "k2")) === 0);
    // Its connection is cut: it shows its keys again as soon as it shows that it runs.
    expect(await terminate(admin, "gurulog instance")).toBe(1);
    await until("it is back", async () => (await instancesLacking(admin, "k3")) === 1);
    expect(await instancesLacking(admin, "k2")).toBe(0);
  });

  it("the change and its event stand or fall together", async () => {
    await startOnce();
    const failing = { inTransaction: async () => Promise.reject(new Error("no event")) };
    await expect(startOnce(off, failing)).rejects.toThrow("no event");
    expect((await admin`select logging_enabled from audit_config`)[0]?.logging_enabled).toBe(true);

    const told: ConfigChanges[] = [];
    const inTransaction = async (tx: postgres.TransactionSql, changes: ConfigChanges) => {
      told.push(changes);
      await insertEvents(tx, [{ action: "audit.logging_disabled" }]);
    };
    await startOnce(off, { inTransaction });
    await startOnce(off, { inTransaction });
    expect(told).toEqual([{ loggingEnabled: { from: true, to: false } }]);
    expect(await admin`select action from audit_event`).toHaveLength(1);
  });

  it("of two starts at once that differ one is refused", async () => {
    const outcomes = await Promise.allSettled([start(), start(off)]);
    expect(outcomes.map((o) => o.status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("an instance whose connection was cut goes on counting as running", async () => {
    await start();
    const holders = async () =>
      (
        await admin`select a.pid from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and a.application_name = 'gurulog instance' and a.datname = current_database()`
      ).map((row) => row.pid as number);
    const [before] = await holders();
    expect(await terminate(admin, "gurulog instance")).toBe(1);
    await until("the lock is held again", async () => (await holders()).some((pid) => pid !== before));
    await expect(start(off)).rejects.toThrow(StartError);
  });
});
