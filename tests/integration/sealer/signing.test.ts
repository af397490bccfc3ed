import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toBase64 } from "@/lib/audit/proof/bytes";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { isSignedBy, parseNote } from "@/lib/audit/proof/note";
import { verifiersOf } from "@/lib/audit/proof/signing-keys";
import { createSealer } from "@/lib/audit/seal/sealer";
import { thinCheckpoints } from "@/lib/audit/seal/stored-checkpoints";
import { watchStandstills } from "../../support/undisturbed";
import { cutBefore } from "./cut-off";
import { insertEvents, setClock, until, variedEvents } from "./events-for-tests";
import { type SigningHarness, signingHarness } from "./signing-harness";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

const state = async () =>
  (
    await log.admin`select refused, refused_since is not null as since, checked_at is not null as checked from audit_signing where org_id = 1`
  )[0];
const troubles = async () =>
  (await log.admin`select kind, detail from audit_trouble order by kind`).map((row) => ({ ...row }));

describe("a sealed log", () => {
  it("is signed with our key under its name, in the file outside the database and in the database alike", async () => {
    expect(await log.sign()).toEqual({ state: "current", size: 0 });
    await log.grow(1500);
    expect(await log.signed()).toBe(1500);
    expect(await log.sign()).toEqual({ state: "current", size: 1500 });
    await log.grow(3);
    expect(await log.signed()).toBe(1503);

    const [head] = await log.admin`select origin, root from audit_head where org_id = 1`;
    const rows =
      await log.admin`select origin, size::int as size, root, note from audit_checkpoint order by size`;
    expect(rows.map((row) => row.size)).toEqual([1500, 1503]);
    const note = rows[1]?.note as string;
    expect(note.split("\n\n")[0]).toBe(`${head?.origin}\n1503\n${toBase64(head?.root)}`);
    const [key] = verifiersOf(head?.origin);
    expect(key && isSignedBy(parseNote(note), key)).toBe(true);
    expect(JSON.parse(readFileSync(log.lastSigned.file, "utf8"))).toEqual({
      version: 1,
      logs: { 1: { note } },
    });
    expect(statSync(log.lastSigned.file).mode & 0o777).toBe(0o600);
    expect(await state()).toEqual({ refused: null, since: false, checked: true });
  });

  it("far behind is signed in parts", async () => {
    await log.grow(2500);
    expect(await log.sign({ limit: 1000 })).toEqual({ state: "signed", size: 1000, behind: true });
    expect(await log.sign({ limit: 1000 })).toEqual({ state: "signed", size: 2000, behind: true });
    expect(await log.sign({ limit: 1000 })).toEqual({ state: "signed", size: 2500, behind: false });
  });

  it("is signed when the retention has removed events since they were sealed, and not when somebody else has", async () => {
    await log.admin`select audit_make_partition(now() - interval '100 days')`;
    await log.admin.begin(async (tx) => {
      await setClock(tx, new Date(Date.now() - 100 * 86_400_000).toISOString());
      await insertEvents(tx, variedEvents(5));
    });
    await log.grow(5);
    await log.admin`select audit_prune_edge()`;
    expect(await log.signed()).toBe(10);
    await log.grow(1);
    await log.asOwner(
      (tx) => tx`delete from audit_event where id = (select event_id from audit_seal_tail where index = 10)`,
    );
    expect(await log.refused()).toContain("entry 10 of the log, was removed");
  });

  it("is left to another instance that is signing", async () => {
    await log.grow(3);
    await log.admin.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.sign'))`;
      expect(await log.sign()).toEqual({ state: "busy" });
    });
    expect(await log.signed()).toBe(3);
  });
});

describe("what was signed last", () => {
  it("that cannot be written, read or is damaged keeps the log unsigned, while sealing goes on", async () => {
    await log.grow(5);
    const file = log.lastSigned.file;
    mkdirSync(`${file}.tmp`);
    expect(await log.refused()).toMatch(/last-signed\.json cannot be written \(EISDIR\)/);
    expect(await log.checkpoints()).toEqual([]);
    await log.grow(5);
    rmSync(`${file}.tmp`, { recursive: true });
    expect(await log.signed()).toBe(10);
    const good = readFileSync(file, "utf8");
    for (const text of [
      "",
      "{",
      "[]",
      '{"version":2,"logs":{}}',
      good.replace("10\\n", "11"),
      good.slice(0, -20),
    ]) {
      writeFileSync(file, text);
      expect(await log.refused()).toMatch(/last-signed\.json is damaged\. Restore it from a backup/);
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    rmSync(file);
    mkdirSync(file);
    expect(await log.refused()).toMatch(/last-signed\.json cannot be read \(EISDIR\)/);
    rmSync(file, { recursive: true });
    writeFileSync(file, good);
    expect(await log.sign()).toEqual({ state: "current", size: 10 });
  });

  it("lost is taken from the newest stored checkpoint of ours, forged ones aside", async () => {
    await log.grow(10);
    await log.signed();
    await log.grow(5);
    await log.signed();
    const [row] = await log.admin`select origin, note from audit_checkpoint where size = 15`;
    const forged = Array.from({ length: 250 }, (_, i) => ({
      org_id: 1,
      origin: row?.origin,
      size: 100 + i,
      root: Buffer.alloc(32),
      note: String(row?.note).replace("\n15\n", `\n${100 + i}\n`),
    }));
    await log.admin`insert into audit_checkpoint ${log.admin(forged)}`;
    rmSync(log.lastSigned.file);
    await log.grow(90);
    expect(await log.signed()).toBe(105);
    expect(log.remembered()).toBe(105);
    // The forged row of that size gave way to ours.
    const [ours] = await log.admin`select note from audit_checkpoint where size = 105`;
    expect(JSON.parse(readFileSync(log.lastSigned.file, "utf8")).logs[1].note).toBe(ours?.note);
  });

  it("before any statement of the signing is cut off: what was in the file is published, nothing is signed twice or backwards", async () => {
    let statement = 0;
    let windows = 0;
    for (let cutOff = true; cutOff; ) {
      statement += 1;
      await log.grow(3);
      const connection = postgres(log.product.database.urls.sealer, {
        max: 1,
        onnotice: () => {},
        connection: { application_name: "gurulog sealer under test" },
      });
      const cut = cutBefore(connection, statement, log.admin);
      const before = log.remembered();
      await log.sign({ sql: cut.sql }).catch((error: unknown) => error);
      cutOff = cut.sent() >= statement;
      await connection.end({ timeout: 5 });
      const published = (await log.checkpoints()).at(-1) ?? null;
      const remembered = log.remembered();
      // Never published without being remembered first.
      expect(published ?? 0).toBeLessThanOrEqual(remembered ?? 0);
      if (remembered !== before && published !== remembered) windows += 1;
      await log.grow(1);
      expect(await log.signed()).toBe(statement * 4);
      expect(await log.checkpoints()).toEqual(
        expect.arrayContaining([remembered ?? statement * 4, statement * 4]),
      );
    }
    // The window between file and database was hit.
    expect(windows).toBeGreaterThan(0);
    const rows = await log.admin`select size::int as size, note from audit_checkpoint`;
    expect(rows.map((row) => parseCheckpoint(row.note).size)).toEqual(rows.map((row) => row.size));
  }, 60_000);
});

describe("two instances", () => {
  it("one whose file is behind, or is new, is held to what the other has published", async () => {
    const other = log.otherInstance();
    await log.grow(10);
    await log.signed();
    await log.grow(10);
    expect(await log.sign({ by: other })).toEqual({ state: "signed", size: 20, behind: false });
    expect(await log.sign()).toEqual({ state: "current", size: 20 });
    expect(log.remembered()).toBe(20);
    const restore = await log.backup();
    await log.grow(10);
    expect(await log.sign({ by: other })).toMatchObject({ state: "signed", size: 30 });
    await restore();
    // The rolled back database knows 20 alone; the other's file knows better, and then so does this one.
    expect(await log.refused(other)).toMatch(/30 were signed already/);
    expect(await log.refused()).toMatch(/30 were signed already/);
  });

  it("sealing and signing at once with events arriving agree on every checkpoint", async () => {
    const sealers = [log.lastSigned, log.otherInstance()].map((lastSigned) =>
      createSealer({
        sealerUrl: log.product.database.urls.sealer,
        intervalMs: 5,
        batch: 100,
        signing: { dataDir: lastSigned.file.replace(/\/last-signed\.json$/, ""), everyMs: 20 },
      }),
    );
    for (const sealer of sealers) sealer.start();
    for (let n = 0; n < 30; n += 1) await insertEvents(log.admin, variedEvents(50, n * 50));
    await until("all signed", async () => (await log.checkpoints()).at(-1) === 1500);
    await until("nothing waits", async () => sealers.every((sealer) => sealer.signingLagMs() < 1500));
    await Promise.all(sealers.map((sealer) => sealer.stop()));
    expect((await log.checkpoints()).length).toBeGreaterThan(3);
    expect(await troubles()).toEqual([]);
    // Of two that stop at once one may find the other at it: it has the last checkpoint by its next turn.
    expect(await log.sign()).toEqual({ state: "current", size: 1500 });
    expect(log.remembered()).toBe(1500);
    expect(await log.sign({ by: log.otherInstance() })).toEqual({ state: "current", size: 1500 });
  });
});

describe("the background signer", () => {
  it("signs within two seconds of an event, and the rest when it stops", async () => {
    const { dataDir } = log.product.runtime;
    const sealer = createSealer({ sealerUrl: log.product.database.urls.sealer, signing: { dataDir } });
    sealer.start();
    for (let size = 5; size <= 20; size += 5) {
      await insertEvents(log.admin, variedEvents(5));
      const standstill = watchStandstills();
      const begun = performance.now();
      await until("signed", async () => (await log.checkpoints()).at(-1) === size);
      const tookMs = performance.now() - begun;
      expect(tookMs - standstill()).toBeLessThan(2_000);
    }
    await insertEvents(log.admin, variedEvents(1));
    await until("sealed", async () => (await log.admin`select from audit_outbox`).length === 0);
    await sealer.stop();
    expect((await log.checkpoints()).at(-1)).toBe(21);
  });

  it("forgets checkpoints of a day ago but the last of each hour, after 90 days but the last of each day, never the newest", async () => {
    const ages = [
      "100 days 3 hours",
      "100 days 2 hours",
      "100 days 1 hour",
      "50 days 70 minutes",
      "50 days 20 minutes",
      "50 days 10 minutes",
      "3 hours 2 minutes",
      "3 hours 1 minute",
      "1 minute",
    ];
    const at = (age: string) =>
      log.admin`date_trunc('day', now()) + interval '12 hours 30 minutes' - ${age}::interval`;
    for (const [i, age] of ages.entries())
      await log.admin`insert into audit_checkpoint (org_id, origin, size, root, note, created_at)
        values (1, 'a', ${i + 1}, sha256('x'), '', ${at(age)})`;
    await log.admin`insert into audit_checkpoint (org_id, origin, size, root, note, created_at)
      values (1, 'b', 1, sha256('x'), '', now() - interval '1 year'), (2, 'a', 9, sha256('x'), '', now() - interval '1 year')`;
    await thinCheckpoints(log.sealer);
    const left =
      await log.admin`select org_id || origin || size as it from audit_checkpoint order by org_id, origin, size`;
    // Of 100 days ago the last; of 50 days ago one in each of two hours; all of the last day, and the newest of each name.
    expect(left.map((row) => row.it)).toEqual(["1a3", "1a4", "1a6", "1a7", "1a8", "1a9", "1b1", "2a9"]);
  });
});
