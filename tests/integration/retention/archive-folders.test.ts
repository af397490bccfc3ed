import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { setRuntime } from "@/lib/platform/runtime";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { type ArchiveWorld, archiveWorld, dayOf, daysAgo } from "./archive-world";

let world: ArchiveWorld;
let others: string;
beforeEach(async () => {
  world = await archiveWorld();
  others = mkdtempSync(path.join(tmpdir(), "gurulog-archive-other-"));
});
afterEach(async () => {
  rmSync(others, { recursive: true, force: true });
  await world.close();
});

const name = (days: number) => `audit_archive_1_${dayOf(days)}.zip`;
const left = async () =>
  (await world.product.admin`select from audit_event where action <> 'audit.pruned'`).length;
/** As the host that has this folder. */
async function cleanUpWith(folder: string): Promise<void> {
  const { runtime } = world.product;
  setRuntime({ ...runtime, env: { ...runtime.env, GURULOG_ARCHIVE_DIR: folder } });
  await cleanUp({ onlyWhenDue: false });
}
/** What was written two days ago, as it is when its day expires. */
const age = () => world.product.admin`update audit_archive_day set read_at = read_at - interval '2 days'`;

/** A day in each of two hosts' folders. */
async function twoHosts(days: number): Promise<void> {
  await world.recordAt(daysAgo(days), 5);
  await world.seal();
  await world.archive();
  await world.recordAt(daysAgo(days + 1), 4);
  await world.seal();
  expect(await world.archive(others)).toMatchObject({ files: [name(days + 1)] });
  await age();
}

it("hosts with folders of their own read each its files, and then both days go, without a word", async () => {
  await twoHosts(90 + 1);
  // The earlier day should have gone yesterday; the later one is of today.
  await cleanUpWith(others);
  expect(await left()).toBe(9);
  expect(await world.trouble()).toBeNull();
  await cleanUpWith(world.folder);
  expect(await left()).toBe(0);
  expect(await world.trouble()).toBeNull();
  expect((await world.archived()).map(({ part }) => part)).toEqual([1, 1]);
});

it("what no host has read for days stays, and is not archived twice", async () => {
  await twoHosts(200);
  await cleanUpWith(world.folder);
  expect(await left()).toBe(9);
  expect(await world.trouble()).toMatch(new RegExp(`${name(201)} was written to another archive folder`));
  expect(await world.archive()).toMatchObject({ files: [], waiting: [] });
  expect(await world.trouble()).toMatch(/no host that has it/);
  await cleanUpWith(others);
  expect(await left()).toBe(0);
  await world.archive();
  expect(await world.trouble()).toBeNull();
});

it("a disk that is not mounted takes no record back; a lost one's days are archived again when told so", async () => {
  await world.recordAt(daysAgo(200), 5);
  await world.seal();
  await world.archive();
  await age();
  const away = `${others}/disk`;
  const [mark = ""] = readdirSync(world.folder).filter((file) => file.startsWith(".gurulog-archive-"));
  renameSync(world.folder, away);
  await cleanUpWith(world.folder);
  expect(await left()).toBe(5);
  mkdirSync(world.folder);
  expect(await world.archive()).toMatchObject({ files: [], waiting: [] });
  await cleanUpWith(world.folder);
  expect(await left()).toBe(5);
  expect(await world.archived()).toHaveLength(1);
  expect(await world.trouble()).toContain(`put an empty file named ${mark} into`);

  writeFileSync(path.join(world.folder, mark), "");
  await cleanUpWith(world.folder);
  expect(await world.archived()).toEqual([]);
  expect(await world.archive()).toMatchObject({ files: [name(200)], freed: true });
  await cleanUpWith(world.folder);
  expect(await left()).toBe(0);
});

it("a file that cannot be read is waited for", async () => {
  await world.recordAt(daysAgo(200), 5);
  await world.seal();
  await world.archive();
  const file = path.join(world.folder, name(200));
  const aside = path.join(others, name(200));
  renameSync(file, aside);
  mkdirSync(file);
  await cleanUpWith(world.folder);
  expect(await left()).toBe(5);
  expect(await world.archived()).toHaveLength(1);
  await world.archive();
  expect(await world.trouble()).toMatch(/cannot be read \(EISDIR\)/);
  rmdirSync(file);
  renameSync(aside, file);
  await cleanUpWith(world.folder);
  expect(await left()).toBe(0);
  await world.archive();
  expect(await world.trouble()).toBeNull();
});
