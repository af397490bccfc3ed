import { rmSync } from "node:fs";
import type postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

describe("a log that does not continue what was signed is not signed, and says why", () => {
  it("rolled back to an older state, also once it has grown past the signed size again", async () => {
    await log.grow(20);
    await log.signed();
    const restore = await log.backup();
    await log.grow(30);
    await log.signed();
    await restore();
    expect(await log.refused()).toMatch(
      /^The log has 20 events, but 50 were signed already\. If you restored a backup/,
    );
    expect(await state()).toEqual({
      refused: expect.stringContaining("20 events"),
      since: true,
      checked: true,
    });
    expect(await troubles()).toEqual([
      { kind: "signing_refused", detail: expect.stringContaining("20 events") },
    ]);
    // What was signed stands in the database again, for the other instances and the owner.
    expect(await log.checkpoints()).toEqual([20, 50]);
    await log.grow(40);
    expect(await log.refused()).toMatch(/^The first 50 events of the log are not those that were signed\./);
    expect(await log.checkpoints()).toEqual([20, 50]);
    expect(log.remembered()).toBe(50);
  });

  it("cut by its newest rows, or emptied", async () => {
    await log.grow(20);
    await log.signed();
    await log.asOwner(async (tx) => {
      await tx`delete from audit_seal_tail where index >= 18`;
      await tx`update audit_head set size = 18`;
    });
    expect(await log.refused()).toMatch(/^The log has 18 events, but 20 were signed/);
    await log.asOwner(async (tx) => {
      await tx`delete from audit_seal_tail`;
      await tx`update audit_head set size = 0, root = null`;
    });
    expect(await log.refused()).toMatch(/^The log in the database is empty, but 20 events were signed/);
    rmSync(log.lastSigned.file);
    expect(await log.refused()).toMatch(/is empty, but 20 events/);
  });

  it.each([
    [
      "edited",
      "changed",
      (tx: postgres.TransactionSql, id: string) =>
        tx`update audit_event set actor_email = 'x@y.example' where id = ${id}`,
    ],
    [
      "deleted",
      "removed",
      (tx: postgres.TransactionSql, id: string) => tx`delete from audit_event where id = ${id}`,
    ],
  ])("an event %s between its sealing and the signature", async (_, what, change) => {
    await log.grow(10);
    await log.signed();
    await log.grow(10);
    const [event] = await log.admin`select event_id as id from audit_seal_tail where index = 14`;
    await log.asOwner((tx) => change(tx, event?.id));
    expect(await log.refused()).toContain(
      `Event ${event?.id}, entry 14 of the log, was ${what} in the database`,
    );
    expect(await log.checkpoints()).toEqual([10]);
  });

  it.each([
    ["a leaf", "update audit_seal_tail set leaf_hash = sha256('x') where index = 2060"],
    ["a missing leaf", "delete from audit_seal_tail where index = 2060"],
    ["the root", "update audit_head set root = sha256('x')"],
    ["a node", "update audit_node set hash = sha256('x') where level = 11"],
    ["a missing node", "delete from audit_node"],
    [
      "a closed tile",
      "update audit_tile set hashes = overlay(hashes placing sha256('x') from 1 + 32 * (2000 % 1024)) where tile = 1",
    ],
  ])("%s of the stored tree changed", async (_, change) => {
    await log.grow(2000);
    await log.signed();
    await log.grow(100);
    const changed = await log.admin.unsafe(change);
    expect(changed.count).toBeGreaterThan(0);
    expect(await log.refused()).toContain("find out by whom");
    expect(await log.checkpoints()).toEqual([2000]);
  });

  it("another log in its place, or the same one under another name", async () => {
    await log.grow(5);
    await log.signed();
    const [head] = await log.admin`select origin from audit_head where org_id = 1`;
    await log.admin`update audit_head set origin = 'another'`;
    expect(await log.refused()).toMatch(/^The database holds another log/);
    await log.admin`update audit_head set origin = ${head?.origin}`;
    await log.grow(1);
    expect(await log.signed()).toBe(6);
    expect(await state()).toEqual({ refused: null, since: false, checked: true });
    expect(await troubles()).toEqual([]);
  });

  it("goes on by itself once the newer state is back", async () => {
    await log.grow(20);
    const restoreOld = await log.backup();
    await log.grow(5);
    await log.signed();
    const restoreNew = await log.backup();
    await restoreOld();
    await log.refused();
    await restoreNew();
    expect(await log.sign()).toEqual({ state: "current", size: 25 });
    expect(await state()).toMatchObject({ refused: null });
  });
});
