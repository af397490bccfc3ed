import { readdirSync } from "node:fs";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prune } from "@/lib/audit/retention/prune";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { onSnapshot } from "../../../scripts/backup/snapshot";
import { copyOut } from "../../../scripts/backup/table-copy";
import { writeBackup } from "../../../scripts/backup/write-backup";
import { createTestProduct, type TestProduct } from "../../support/product";
import { insertEvents, setClock, until, variedEvents } from "../sealer/events-for-tests";
import { openWorkshop, type Workshop } from "./backup-for-tests";

let source: TestProduct;
let workshop: Workshop;
let url: string;

beforeAll(async () => {
  workshop = openWorkshop();
  source = await createTestProduct();
  url = source.database.urls.admin;
});

afterAll(async () => {
  await source.close();
  workshop.close();
});

const connect = (to: string, max = 1) => postgres(to, { max, onnotice: () => {} });

test("one instant of the database is backed up while acts go on: every act with its event, every event with its act", async () => {
  const writers = connect(url, 4);
  const stopped = new AbortController();
  const write = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await writers.begin(async (tx) => {
        const [account] = await tx<{ id: string }[]>`
          insert into account (email, email_key, name) select v, v, v from (select gen_random_uuid()::text as v) r returning id`;
        await insertEvents(tx, [{ account_id: account?.id ?? null }]);
      });
    }
  };
  const writing = Promise.all(Array.from({ length: 4 }, write));
  await until("acts are under way", async () => (await source.admin`select from account`).length > 200);
  const file = await workshop.backUp(url);
  const after = (await source.admin`select from account`).length;
  stopped.abort();
  await writing;
  await writers.end();

  const dataDir = workshop.newDataDir();
  await workshop.restore(file, dataDir);
  await workshop.onDatabase(dataDir, async (sql) => {
    const [found] = await sql`
      select (select count(*)::int from account) as acts, (select count(*)::int from audit_event) as events,
        (select count(*)::int from audit_outbox) as waiting,
        (select count(*)::int from account a join audit_event e on e.account_id = a.id) as pairs`;
    expect(found?.acts).toBeGreaterThanOrEqual(200);
    expect(found?.acts).toBeLessThan(after);
    expect(found).toMatchObject({ events: found?.acts, waiting: found?.acts, pairs: found?.acts });
    // What follows a restore does not meet numbers that were given before it.
    await insertEvents(sql, variedEvents(3));
    const [order] = await sql`select count(*) = count(distinct seq) as distinct from audit_event`;
    expect(order?.distinct).toBe(true);
  });
}, 60_000);

test("a cleanup that needs a week waits for the backup, readers do not, and the cleanup then does its work", async () => {
  const maintenance = connect(source.database.urls.maintenance);
  const old = new Date(Date.now() - 100 * 86_400_000).toISOString();
  await maintenance`select audit_make_partition(${old}::timestamptz)`;
  await maintenance.begin(async (tx) => {
    await setClock(tx, old);
    await insertEvents(tx, variedEvents(20));
  });
  await maintenance.end();
  const sealer = connect(source.database.urls.sealer);
  while ((await sealBatch(sealer, 5000)) > 0);
  await sealer.end();

  let cleaning: Promise<{ removed: number }> | undefined;
  const backedUp = await onSnapshot({ url }, async (sql, tables) => {
    const { urls, roles } = source.runtime;
    cleaning = prune({ maintenanceUrl: urls.maintenance, roles, mode: "enforced" });
    const waits = () =>
      source.admin`select from pg_stat_activity
        where datname = current_database() and application_name = 'gurulog cleanup' and wait_event_type = 'Lock'`;
    await until("it waits", async () => (await waits()).length > 0);
    const reader = connect(source.database.urls.app);
    expect(
      (await reader`select from audit_event where occurred_at > now() - interval '90 days'`).length,
    ).toBeGreaterThan(0);
    await insertEvents(reader, variedEvents(1));
    await reader.end();
    let bytes = 0;
    for (const table of tables) for await (const part of copyOut(sql, table)) bytes += part.length;
    return bytes;
  });
  expect(backedUp).toBeGreaterThan(10_000);
  expect((await cleaning)?.removed).toBe(20);
}, 60_000);

test("in a dead-lock with whoever changes tables it is the backup that gives way, and it comes through in the end", async () => {
  const other = connect(url);
  let held = () => {};
  const locked = new Promise<void>((resolve) => {
    held = resolve;
  });
  const changing = other.begin(async (tx) => {
    await tx`lock table upload in access exclusive mode`;
    held();
    const waits = () =>
      source.admin`select from pg_locks l join pg_stat_activity a using (pid)
        where a.datname = current_database() and a.application_name = 'gurulog backup' and not l.granted`;
    await until("it waits", async () => (await waits()).length > 0);
    // Held by the backup, which waits for the other one.
    await tx`lock table account in access exclusive mode`;
  });
  await locked;
  const tables = await onSnapshot({ url }, async (_, found) => found.length);
  await changing;
  await other.end();
  expect(tables).toBeGreaterThan(30);
}, 30_000);

test("tables that stay locked end it with a line that says so", async () => {
  const other = connect(url);
  await other.begin(async (tx) => {
    await tx`lock table upload in access exclusive mode`;
    await expect(onSnapshot({ url, patienceMs: 500 }, async () => "read")).rejects.toThrow(
      /^The database's tables are being changed .* Try again when it is done\.$/,
    );
  });
  await other.end();
});

test("a backup that fails midway leaves no file and no session", async () => {
  await insertEvents(source.admin, [{ target_label: "x".repeat(9_000_000) }]);
  const file = path.join(workshop.folder, "fails.tar.gz");
  const failing = writeBackup({
    url,
    mode: "enforced",
    product: "0.1.0",
    file,
    onProgress({ bytes }) {
      if (bytes > 3_000_000) throw new Error("it fails for a test");
    },
  });
  await expect(failing).rejects.toThrow("it fails for a test");
  expect(readdirSync(workshop.folder).filter((name) => name.startsWith("fails"))).toEqual([]);
  const left = () => source.admin`select from pg_stat_activity
    where datname = current_database() and application_name = 'gurulog backup'`;
  await until("its session has ended", async () => (await left()).length === 0);
});
