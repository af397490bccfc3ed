import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { takeBackBroken } from "@/lib/audit/archive/archived-files";
import { setRuntime } from "@/lib/platform/runtime";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { readVerifiable } from "../exports/read-files";
import { type ArchiveWorld, archiveWorld, dayOf, daysAgo } from "./archive-world";

let world: ArchiveWorld;
beforeEach(async () => {
  world = await archiveWorld();
  const { runtime } = world.product;
  setRuntime({ ...runtime, env: { ...runtime.env, GURULOG_ARCHIVE_DIR: world.folder } });
});
afterEach(() => world.close());

const name = (days: number, part = "") => `audit_archive_1_${dayOf(days)}${part}.zip`;
const at = (file: string) => path.join(world.folder, file);
/** What is there of the log without the records of the cleanups. */
const left = async () =>
  (await world.product.admin`select from audit_event where action <> 'audit.pruned'`).length;

function changeOneBit(file: string): void {
  const bytes = readFileSync(at(file));
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(at(file), bytes);
}

it("a day whose file was lost or changed since stays until it is archived again; the others go", async () => {
  await world.recordAt(daysAgo(200), 5);
  await world.recordAt(daysAgo(150), 4);
  await world.recordAt(daysAgo(92), 3);
  await world.recordAt(daysAgo(91), 2);
  await world.seal();
  await world.archive();
  rmSync(at(name(200)));
  changeOneBit(name(92));

  await cleanUp({ onlyWhenDue: false });
  expect(await left()).toBe(8);
  expect(await world.trouble()).toMatch(
    new RegExp(`${dayOf(92)}.zip was written to the archive and is not what was written.*kept until`),
  );

  expect(await world.archive()).toMatchObject({
    files: [name(200), name(92, "-2")],
    freed: true,
    waiting: [],
  });
  expect(await world.trouble()).toBeNull();
  expect(readVerifiable(readFileSync(at(name(200)))).events).toHaveLength(5);
  expect(readVerifiable(readFileSync(at(name(92, "-2")))).events).toHaveLength(3);
  await cleanUp({ onlyWhenDue: false });
  expect(await left()).toBe(0);
});

it("also a day of a week that a cleanup before has detached comes back when its file is gone", async () => {
  await world.recordAt(daysAgo(200), 5);
  await world.seal();
  await world.archive();
  await expect(world.cleanUp({ inTransaction: () => Promise.reject(new Error("cut off")) })).rejects.toThrow(
    "cut off",
  );
  expect(await left()).toBe(0);
  renameSync(at(name(200)), at("elsewhere"));
  await cleanUp({ onlyWhenDue: false });
  expect(await left()).toBe(5);
});

it("also one of a week whose detaching was cut off half-way", async () => {
  const { admin } = world.product;
  await world.recordAt(daysAgo(200), 5);
  await world.seal();
  await world.archive();
  const reader = await admin.reserve();
  await reader`begin`;
  await reader`select count(*) from audit_event`;
  await world.cleanUp({ patienceMs: 300 });
  expect(await admin`select from pg_inherits where inhdetachpending`).toHaveLength(1);
  await reader`rollback`;
  reader.release();
  rmSync(at(name(200)));
  await cleanUp({ onlyWhenDue: false });
  expect(await left()).toBe(5);
  expect(await world.trouble()).toMatch(/is gone/);
});

it("a day whose events went before its week was detached is not asked for", async () => {
  const { admin } = world.product;
  const sameWeek = (await world.weekOf(daysAgo(199))) === (await world.weekOf(daysAgo(200)));
  const other = sameWeek ? 199 : 201;
  await world.recordAt(daysAgo(200), 5);
  await world.recordAt(daysAgo(other), 4);
  await world.seal();
  await world.archive();
  await admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from audit_event where (occurred_at at time zone 'UTC')::date = ${dayOf(200)}::date`;
  });
  await expect(world.cleanUp({ inTransaction: () => Promise.reject(new Error("cut off")) })).rejects.toThrow(
    "cut off",
  );
  expect(await left()).toBe(0);
  rmSync(at(name(200)));
  await cleanUp({ onlyWhenDue: false });
  expect(await world.trouble()).toBeNull();
  expect(await world.archived()).toHaveLength(2);
  expect(await admin`select from pg_class where relname = ${await world.weekOf(daysAgo(200))}`).toEqual([]);
});

it("behind a newer part that is lost an older one counts for what it holds, and no more", async () => {
  const { admin } = world.product;
  const taken = async () => (await takeBackBroken(admin, world.folder)).taken;
  await world.recordAt(daysAgo(91), 2);
  await world.seal();
  await world.archive();
  await world.recordAt(daysAgo(91, 7_200_000), 1);
  await world.seal();
  await world.archive();
  expect(await taken()).toEqual([]);
  rmSync(at(name(91, "-2")));
  expect(await taken()).toEqual([name(91, "-2")]);
  expect((await world.cleanUp()).removed).toBe(0);
  rmSync(at(name(91)));
  expect(await taken()).toEqual([name(91)]);
  expect(await world.archived()).toEqual([]);
});

it("a file is not asked for any more once its day has gone", async () => {
  await world.recordAt(daysAgo(91), 2);
  await world.seal();
  await world.archive();
  await cleanUp({ onlyWhenDue: false });
  for (const file of readdirSync(world.folder)) rmSync(at(file));
  await cleanUp({ onlyWhenDue: false });
  expect(await world.trouble()).toBeNull();
  expect(await world.archived()).toHaveLength(1);
});
