import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LookOptions, lookForTroubles } from "@/lib/audit/alarms/look";
import { type Audience, raiseAlarms } from "@/lib/audit/alarms/raise";
import { createSealer } from "@/lib/audit/seal/sealer";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { openPool, type Sql, sql } from "@/lib/db/client";
import { createTestProduct, type TestProduct } from "../../support/product";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";

let product: TestProduct;
let app: Sql;
const nobody: Audience = { orgId: 1, mail: false, mailTo: [], webhook: false };
const roomy = async () => ({ free: 500 * 2 ** 30, total: 1_000 * 2 ** 30 });

beforeEach(async () => {
  product = await createTestProduct();
  app = sql();
});
afterEach(async () => {
  await product.close();
});

const look = (more: Partial<LookOptions> = {}) =>
  lookForTroubles(app, { orgId: 1, since: new Date(0), ...more });
const troubles = async () =>
  (await app<{ kind: string; detail: string }[]>`select kind, detail from audit_trouble order by kind`).map(
    (t) => ({
      ...t,
    }),
  );
const alarms = async () =>
  (
    await app<{ kind: string; over: boolean }[]>`
      select kind, cleared_at is not null as over from audit_alarm order by id`
  ).map((a) => ({ ...a }));

/** Events of that long ago; the sealer is not running. */
async function leaveUnsealed(seconds: number): Promise<void> {
  const maintenance = openPool(product.database.urls.maintenance, 1);
  await maintenance.begin(async (tx) => {
    await setClock(tx, new Date(Date.now() - seconds * 1000).toISOString());
    await insertEvents(tx, variedEvents(3));
  });
  await maintenance.end({ timeout: 5 });
}

async function sealAll(): Promise<void> {
  const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
}

describe("sealing behind", () => {
  it("is none while the oldest event has waited less than a minute", async () => {
    await leaveUnsealed(50);
    await look();
    expect(await troubles()).toEqual([]);
  });

  it("is noted once the oldest event has waited a minute, and cleared by the sealer's work", async () => {
    await leaveUnsealed(70);
    await look();
    expect(await troubles()).toEqual([
      { kind: "sealing_behind", detail: expect.stringMatching(/^3 events wait .* for 7\d seconds\.$/) },
    ]);
    await sealAll();
    await signAll();
    await look();
    expect(await troubles()).toEqual([]);
  });

  it("is noted of sealed events that no checkpoint covers, until one does", async () => {
    await insertEvents(app, variedEvents(2));
    await sealAll();
    await product.admin`delete from audit_checkpoint`;
    await product.admin`update audit_seal_tail set occurred_at = occurred_at - interval '2 minutes'`;
    await look();
    expect(await troubles()).toEqual([
      { kind: "sealing_behind", detail: expect.stringMatching(/^0 events wait .* and 2 sealed ones/) },
    ]);
    await signAll();
    await look();
    expect(await troubles()).toEqual([]);
  });

  it("is another trouble than refused signing, and does not come with it", async () => {
    await insertEvents(app, variedEvents(2));
    await sealAll();
    await product.admin`delete from audit_checkpoint`;
    await product.admin`update audit_seal_tail set occurred_at = occurred_at - interval '2 minutes'`;
    await product.admin`
      insert into audit_signing (org_id, refused) values (1, 'smaller than before')
      on conflict (org_id) do update set refused = excluded.refused`;
    await look();
    expect(await troubles()).toEqual([]);
  });

  it("counts what waited while the product was off from its start", async () => {
    await leaveUnsealed(86_400);
    await look({ since: new Date(Date.now() - 30_000) });
    expect(await troubles()).toEqual([]);
    await look({ since: new Date(Date.now() - 61_000) });
    expect(await troubles()).toHaveLength(1);
  });

  it("of a demo counts from the sealer's last work: its events are older than their recording", async () => {
    await leaveUnsealed(86_400);
    await product.admin`update audit_config set demo = true`;
    await product.admin`update audit_head set sealed_at = now()`;
    await look();
    expect(await troubles()).toEqual([]);
    await product.admin`update audit_head set sealed_at = now() - interval '2 minutes'`;
    await look();
    expect(await troubles()).toHaveLength(1);
  });

  it("finds the first unsigned event in a closed tile too", async () => {
    await insertEvents(app, variedEvents(1_100));
    await sealAll();
    await product.admin`delete from audit_checkpoint`;
    await product.admin`
      update audit_tile set events = overlay(events placing
        int8send(((extract(epoch from now()) - 7200) * 1000000)::bigint) from 17 for 8)`;
    await look();
    expect((await troubles())[0]?.detail).toMatch(/1,100 sealed ones .* for 2 hours\.$/);
  });
});

/** A checkpoint over all that is sealed, as the signer leaves one. */
async function signAll(): Promise<void> {
  await product.admin`
    insert into audit_checkpoint (org_id, origin, size, root, note)
    select org_id, origin, size, coalesce(root, decode(repeat('00', 32), 'hex')), 'note' from audit_head on conflict do nothing`;
}

describe("the weeks ahead", () => {
  it("are noted when fewer than seven days of them are left, and cleared when they are made", async () => {
    const drop = async (beyond: string) => {
      const weeks = await product.admin<{ name: string }[]>`
        select name from audit_partitions() where starts > now() + ${beyond}::interval`;
      for (const { name } of weeks) await product.admin`drop table ${product.admin(name)}`;
    };
    await look();
    expect(await troubles()).toEqual([]);
    await drop("0 days");
    await look();
    expect(await troubles()).toEqual([
      {
        kind: "partitions_low",
        detail: expect.stringMatching(/^Acts can be recorded until \d{4}-.* UTC\.$/),
      },
    ]);
    await drop("-8 days");
    await look();
    expect((await troubles())[0]?.detail).toBe("No week of the log stands for the present.");
    await product.admin`select audit_make_partition(now() + make_interval(weeks => w)) from generate_series(0, 5) as w`;
    await look();
    expect(await troubles()).toEqual([]);
  });
});

describe("the disk", () => {
  const gib = 2 ** 30;
  const disk = (free: number, total: number) => ({
    databaseFolder: "/",
    probe: async () => ({ free: free * gib, total: total * gib }),
  });

  it.each([
    ["a tenth is left", 99, 1_000, true],
    ["more than a tenth is left", 101, 1_000, false],
    ["less than 1 GiB is left", 0.9, 4, true],
    ["more than 1 GiB and a tenth is left", 1.1, 4, false],
  ])("when %s: %d of %d GiB", async (_, free, total, low) => {
    await look(disk(free, total));
    expect((await troubles()).map((t) => t.kind)).toEqual(low ? ["disk_low"] : []);
  });

  it("is well again only with some distance to the limit", async () => {
    await look(disk(95, 1_000));
    await look(disk(105, 1_000));
    expect(await troubles()).toEqual([
      { kind: "disk_low", detail: expect.stringContaining("105.0 GiB of 1000.0 GiB are free (10 %)") },
    ]);
    await look(disk(125, 1_000));
    expect(await troubles()).toEqual([]);
  });

  it("is noted when the log's own pace fills it within seven days", async () => {
    await insertEvents(app, variedEvents(1_100));
    await sealAll();
    await signAll();
    const room = { databaseFolder: "/", probe: async () => ({ free: 1.3 * gib, total: 4 * gib }) };
    await look(room);
    expect(await troubles()).toEqual([]);
    // A log that takes 230 MB after its first day.
    await product.admin`
      create table audit_filler as select repeat(md5(i::text), 32) from generate_series(1, 200000) i`;
    await look(room);
    expect(await troubles()).toEqual([
      {
        kind: "disk_low",
        detail: expect.stringMatching(/at the log's present pace enough for [56] days\.$/),
      },
    ]);
  });

  it("is measured for real in the product: the volume of the data folder", async () => {
    await look({ databaseFolder: product.runtime.dataDir });
    await expect(look({ databaseFolder: "/no such folder" })).rejects.toThrow(/ENOENT/);
  });

  it("of an external database is not ours to see", async () => {
    await look({ probe: async () => ({ free: 0, total: 1 }) });
    expect(await troubles()).toEqual([]);
  });
});

describe("an alarm", () => {
  it("begins with a trouble and ends with it, once each however often it is looked at", async () => {
    await noteTrouble(app, "anchor_unwritable", "EACCES");
    expect(await raiseAlarms(app, nobody)).toEqual({ raised: ["anchor_unwritable"], cleared: [] });
    expect(await raiseAlarms(app, nobody)).toEqual({ raised: [], cleared: [] });
    await noteTrouble(app, "anchor_unwritable", "ENOSPC");
    await raiseAlarms(app, nobody);
    expect(await app`select detail from audit_alarm`).toMatchObject([{ detail: "ENOSPC" }]);
    await clearTrouble(app, "anchor_unwritable");
    expect(await raiseAlarms(app, nobody)).toEqual({ raised: [], cleared: ["anchor_unwritable"] });
    await noteTrouble(app, "anchor_unwritable", "again");
    await raiseAlarms(app, nobody);
    expect(await alarms()).toEqual([
      { kind: "anchor_unwritable", over: true },
      { kind: "anchor_unwritable", over: false },
    ]);
  });

  it("is raised by one of several instances that look at once", async () => {
    await noteTrouble(app, "disk_low", "full");
    const others = Array.from({ length: 6 }, () => openPool(product.database.urls.app, 1));
    const answers = await Promise.all(others.map((sql) => raiseAlarms(sql, nobody)));
    await Promise.all(others.map((sql) => sql.end({ timeout: 5 })));
    expect(answers.flatMap((a) => a.raised)).toEqual(["disk_low"]);
    expect(await alarms()).toHaveLength(1);
  });

  it("comes of the disk as it is measured, through both steps", async () => {
    await look({ databaseFolder: "/", probe: async () => ({ free: 1, total: 100 }) });
    expect((await raiseAlarms(app, nobody)).raised).toEqual(["disk_low"]);
    await look({ databaseFolder: "/", probe: roomy });
    expect((await raiseAlarms(app, nobody)).cleared).toEqual(["disk_low"]);
  });
});

describe("a verification that no longer takes place", () => {
  const verified = (age: string, state = "passed") =>
    product.admin`
      insert into audit_verification (org_id, state, finished_at) values (1, ${state}, now() - ${age}::interval)`;

  it("is noted after more than a day, whatever is dated in the future, and not while one is as it should be", async () => {
    await insertEvents(app, variedEvents(2));
    await sealAll();
    await signAll();
    await verified("25 hours");
    await look();
    expect(await troubles()).toEqual([]);
    await product.admin`update audit_verification set finished_at = now() - interval '27 hours'`;
    await verified("-2 days");
    await verified("1 hour", "error");
    await look({ since: new Date() });
    expect(await troubles()).toEqual([]);
    await look();
    expect(await troubles()).toEqual([
      { kind: "verification_failed", detail: expect.stringContaining("not been verified for 27 hours") },
    ]);
  });
});
