import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkBackup } from "../../../scripts/backup/read-backup";
import { findPostmaster } from "../../../scripts/serve/postgres/postmaster";
import { bundleScript, startScript } from "../../support/child-script";
import { createTestProduct, type TestProduct } from "../../support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { contentOf, openWorkshop, type Workshop } from "./backup-for-tests";

let source: TestProduct;
let workshop: Workshop;
let script: { file: string; remove: () => void };
let dataDir: string;
/** A backup of what is in the data folder, and one of something else. */
let present: string;
let other: string;

beforeAll(async () => {
  workshop = openWorkshop();
  script = await bundleScript("tests/support/backup-process.ts");
  source = await createTestProduct();
  for (let batch = 0; batch < 6; batch++) await insertEvents(source.admin, variedEvents(1000, batch * 1000));
  present = await workshop.backUp(source.database.urls.admin);
  await source.admin`update organization set name = 'another state'`;
  other = await workshop.backUp(source.database.urls.admin);
  dataDir = workshop.newDataDir();
  await workshop.restore(present, dataDir);
}, 120_000);

afterAll(async () => {
  await source.close();
  workshop.close();
  script.remove();
});

const stored = (): { home?: string; restoring?: string } =>
  JSON.parse(readFileSync(path.join(dataDir, "postgres.json"), "utf8"));
const nameOf = () =>
  workshop.onDatabase(
    dataDir,
    async (sql) => (await sql<{ name: string }[]>`select name from organization`)[0]?.name,
  );

test("a backup that is killed leaves the database as it was, and the next one to the same name is whole", async () => {
  const file = path.join(workshop.folder, "killed.tar.gz");
  const child = startScript(script.file, ["backup", dataDir, file]);
  await child.waitFor(({ rows }) => rows !== undefined);
  child.process.kill("SIGKILL");
  await child.ended;
  expect(existsSync(file)).toBe(false);
  const before = await workshop.onDatabase(dataDir, (_, url) => contentOf(url));

  const next = startScript(script.file, ["backup", dataDir, file]);
  await next.waitFor(({ done }) => done === true);
  expect(await next.ended).toBe(0);
  expect(readdirSync(workshop.folder).filter((name) => name.includes(".partial"))).toEqual([]);
  const restoredDir = workshop.newDataDir();
  const { manifest } = await workshop.restore(file, restoredDir);
  expect(manifest).toEqual(await checkBackup(file));
  expect(await workshop.onDatabase(restoredDir, (_, url) => contentOf(url))).toEqual(before);
}, 120_000);

/** Kills a restore in the middle. @returns the folder it was filling */
async function killWhile(step: string): Promise<string> {
  const child = startScript(script.file, ["restore", dataDir, other]);
  await child.waitFor(({ log }) => String(log).startsWith(step));
  child.process.kill("SIGKILL");
  await child.ended;
  const { restoring } = stored();
  if (restoring === undefined) throw new Error("the restore was over");
  return path.resolve(dataDir, restoring);
}

function expectNothingLeftOf(home: string): void {
  expect(existsSync(home)).toBe(false);
  expect(findPostmaster(path.join(home, "cluster"))).toBeUndefined();
  expect(stored().restoring).toBeUndefined();
}

test.each(["Making", "Loading", "Comparing", "Building"])(
  "a restore that is killed while %s leaves the old database in use, and the next start clears up",
  async (step) => {
    const { home } = stored();
    const left = await killWhile(step);
    expect(stored().home).toBe(home);
    expect(existsSync(left)).toBe(true);
    expect(await nameOf()).toBe("Halden Works");
    expectNothingLeftOf(left);
  },
  60_000,
);

test("the restore after a killed one works, and clears up too", async () => {
  const left = await killWhile("Loading");
  await workshop.restore(other, dataDir, { replace: true });
  if (left !== path.resolve(dataDir, stored().home ?? "")) expectNothingLeftOf(left); // else it took the freed name
  expect(await nameOf()).toBe("another state");
}, 60_000);
