import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { archiveDays } from "@/lib/audit/archive/archive-days";
import { notedKey, runEnclosedVerifier } from "../exports/check-offline";
import { readVerifiable } from "../exports/read-files";
import { type ArchiveWorld, archiveWorld, dayOf, daysAgo } from "./archive-world";

let world: ArchiveWorld;
beforeEach(async () => {
  world = await archiveWorld();
});
afterEach(() => world.close());

/** Without the folder's mark. */
const files = (folder = world.folder) =>
  readdirSync(folder)
    .filter((file) => !file.startsWith(".gurulog-archive-"))
    .sort();
const name = (days: number, org = 1) => `audit_archive_${org}_${dayOf(days)}.zip`;
const read = (file: string) => readFileSync(path.join(world.folder, file));

describe("the archive", () => {
  it("has a verifiable file of each day before its events expire, and then lets them go", async () => {
    const expired = await world.recordAt(daysAgo(200), 5);
    const alsoExpired = await world.recordAt(daysAgo(92), 3);
    const soon = await world.recordAt(daysAgo(90), 4);
    await world.recordAt(daysAgo(60), 2);
    await world.seal();

    expect(await world.cleanUp()).toMatchObject({ ran: true, removed: 0, droppedPartitions: [] });
    expect(await world.eventsLeft()).toBe(14);

    expect(await world.archive()).toEqual({
      ran: true,
      files: [name(200), name(92), name(90)],
      freed: true,
      waiting: [],
    });
    expect(files()).toEqual([name(200), name(92), name(90)].sort());
    const key = await notedKey(world.product);
    for (const [days, ids] of [
      [200, expired],
      [92, alsoExpired],
      [90, soon],
    ] as const) {
      const { events, manifest } = readVerifiable(read(name(days)));
      expect(events.map((e) => e.id)).toEqual(ids);
      expect(manifest).toMatchObject({
        guru: null,
        organization: 1,
        rows: ids.length,
        notYetSealed: 0,
        filters: { since: daysAgo(days, 0), until: daysAgo(days, 86_399_999) },
      });
      expect(await runEnclosedVerifier(read(name(days)), key)).toMatchObject({ exit: 0, verified: true });
      const [row] = await world.product
        .admin`select bytes, sha256 from audit_archive_day where day = ${dayOf(days)}`;
      expect(row?.bytes).toBe(String(read(name(days)).length));
      expect(row?.sha256).toEqual(
        createHash("sha256")
          .update(read(name(days)))
          .digest(),
      );
    }

    expect(await world.cleanUp()).toMatchObject({ removed: 8 });
    expect(await world.eventsLeft()).toBe(6);
    expect(await world.archive()).toMatchObject({ ran: true, files: [] });
    expect(await world.trouble()).toBeNull();
  });

  it("is waited for while its folder cannot be written, by whole weeks and by the day at the edge; then all goes on", async () => {
    await world.recordAt(daysAgo(200), 3);
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
    const file = path.join(world.folder, "a-file");
    writeFileSync(file, "");
    const below = path.join(file, "archive");
    expect(await world.archive(below)).toMatchObject({
      ran: true,
      files: [],
      freed: false,
      waiting: [dayOf(200), dayOf(91)],
    });
    expect(await world.trouble()).toContain(below);
    expect(await world.cleanUp()).toMatchObject({ ran: true, removed: 0, droppedPartitions: [] });
    expect(await world.eventsLeft()).toBe(5);
    // Hidden from readers all the same.
    const seen = await world.product.admin`select from audit_event where occurred_at >= audit_cutoff()`;
    expect(seen).toHaveLength(0);

    rmSync(file);
    mkdirSync(file);
    expect(await world.archive(below)).toMatchObject({
      files: [name(200), name(91)],
      freed: true,
      waiting: [],
    });
    expect(await world.trouble()).toBeNull();
    const done = await world.cleanUp();
    expect(done.removed).toBe(5);
    expect(done.droppedPartitions).toContain(await world.weekOf(daysAgo(200)));
    expect(await world.eventsLeft()).toBe(0);
  });

  it("waits for the sealer: a day of which one event is not sealed is not written, and stays", async () => {
    await world.recordAt(daysAgo(120), 3);
    await world.recordAt(daysAgo(100), 2);
    await world.seal();
    await world.recordAt(daysAgo(120, 7_200_000), 1);
    expect(await world.archive()).toMatchObject({ files: [name(100)], waiting: [dayOf(120)] });
    expect((await world.cleanUp()).removed).toBe(2);
    expect(await world.eventsLeft()).toBe(4);
    await world.seal();
    expect(await world.archive()).toMatchObject({ files: [name(120)], waiting: [] });
    expect((await world.cleanUp()).removed).toBe(4);
  });

  it("gets another file, beside the first, of a day to which an event was added since", async () => {
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
    await world.archive();
    await world.recordAt(daysAgo(91, 7_200_000), 1);
    await world.seal();
    expect((await world.cleanUp()).removed).toBe(0);
    expect(await world.archive()).toMatchObject({ files: [`audit_archive_1_${dayOf(91)}-2.zip`] });
    expect(readVerifiable(read(name(91))).events).toHaveLength(2);
    expect(readVerifiable(read(`audit_archive_1_${dayOf(91)}-2.zip`)).events).toHaveLength(3);
    expect((await world.archived()).map((a) => [a.part, a.events])).toEqual([
      [1, "2"],
      [2, "3"],
    ]);
    expect((await world.cleanUp()).removed).toBe(3);
  });

  it("never overwrites a file that it finds, and leaves none half written under a final name", async () => {
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
    writeFileSync(path.join(world.folder, name(91)), "somebody else's");
    // What a crash in the midst of writing leaves: a hidden name, which the next try writes anew.
    const [head] = await world.product.admin<{ tag: string }[]>`
      select left(origin, 8) as tag from audit_head where org_id = 1`;
    const hidden = `.audit_archive_1_${dayOf(91)}-2.zip.${head?.tag}.part`;
    writeFileSync(path.join(world.folder, hidden), "half".repeat(100_000));
    expect(await world.archive()).toMatchObject({ files: [`audit_archive_1_${dayOf(91)}-2.zip`] });
    expect(read(name(91)).toString()).toBe("somebody else's");
    expect(files()).toEqual([`audit_archive_1_${dayOf(91)}-2.zip`, name(91)].sort());
    expect(readVerifiable(read(`audit_archive_1_${dayOf(91)}-2.zip`)).events).toHaveLength(2);
    expect(statSync(path.join(world.folder, `audit_archive_1_${dayOf(91)}-2.zip`)).mode & 0o777).toBe(0o600);
  });

  it("writes a day once more when it was cut off between the file and its record, and lets nothing go before", async () => {
    const { admin } = world.product;
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
    await admin.unsafe(`
      create function test_cut_off() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
      create trigger test_cut_off before insert on audit_archive_day for each row execute function test_cut_off()`);
    await expect(world.archive()).rejects.toThrow("cut off");
    expect(files()).toEqual([name(91)]);
    expect((await world.cleanUp()).removed).toBe(0);
    await admin.unsafe("drop trigger test_cut_off on audit_archive_day");
    expect(await world.archive()).toMatchObject({ files: [`audit_archive_1_${dayOf(91)}-2.zip`] });
    expect((await world.cleanUp()).removed).toBe(2);
  });

  it("keeps a day with an event that is not in the sealed order, says so, and writes the others", async () => {
    await world.recordAt(daysAgo(95), 2);
    await world.recordAt(daysAgo(94), 2);
    await world.product
      .admin`delete from audit_outbox where event_id in (select id from audit_event where occurred_at < ${daysAgo(95, 7_200_000)} limit 1)`;
    await world.seal();
    expect(await world.archive()).toMatchObject({ files: [name(94)], waiting: [dayOf(95)] });
    expect(await world.trouble()).toContain(`${dayOf(95)} would hold 1 of 2 events`);
    expect(files()).toEqual([name(94)]);
    expect((await world.cleanUp()).removed).toBe(2);
  });
});

describe("the database", () => {
  beforeEach(async () => {
    await world.recordAt(daysAgo(200), 3);
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
  });

  it("itself refuses to drop a week that is not archived, and to delete such a day", async () => {
    const { admin } = world.product;
    const week = await world.weekOf(daysAgo(200));
    await admin.unsafe(`alter table audit_event detach partition ${week}`);
    await expect(admin`select audit_drop_week(${week})`).rejects.toThrow("not archived yet");
    expect((await admin`select audit_prune_edge() as removed`)[0]?.removed).toBe("0");
    // The next cleanup finds the week detached, and puts it back for the archive to read.
    expect((await world.cleanUp()).removed).toBe(0);
    expect(await world.archive()).toMatchObject({ files: [name(200), name(91)] });
    expect((await world.cleanUp()).removed).toBe(5);
  });

  it("drops no week that has not expired, and no table that is none", async () => {
    const { admin } = world.product;
    await world.setArchiving(false);
    const now = await world.weekOf(new Date().toISOString());
    await expect(admin`select audit_drop_week(${now})`).rejects.toThrow(
      "no week of the log that has expired",
    );
    await expect(admin`select audit_drop_week('account')`).rejects.toThrow();
    expect(await admin`select from account`).toBeDefined();
  });

  it("waits for nothing while archiving is off", async () => {
    await world.setArchiving(false);
    expect(await world.archive()).toMatchObject({ ran: false, files: [] });
    expect((await world.cleanUp()).removed).toBe(5);
  });
});

describe("several instances", () => {
  beforeEach(async () => {
    await world.recordAt(daysAgo(91), 2);
    await world.seal();
  });

  it("let one of them archive", async () => {
    const both = await Promise.all([world.archive(), world.archive(), world.archive()]);
    expect(both.flatMap((b) => b.files)).toEqual([name(91)]);
    expect(files()).toEqual([name(91)]);
  });

  it("one without a folder says that expired events wait, and does nothing else", async () => {
    const { database, runtime } = world.product;
    const without = await archiveDays({
      maintenanceUrl: database.urls.maintenance,
      roles: database.roles,
      mode: runtime.mode,
      folder: undefined,
    });
    expect(without).toMatchObject({ ran: true, files: [], waiting: [dayOf(91)] });
    expect(await world.trouble()).toContain("GURULOG_ARCHIVE_DIR");
    await world.archive();
    expect(await world.trouble()).toBeNull();
  });
});
