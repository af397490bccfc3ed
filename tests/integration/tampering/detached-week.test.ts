import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { takeSnapshot } from "@/lib/audit/proof/verify-log/snapshot";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { migrate } from "../../../scripts/serve/migrate";
import { until } from "../sealer/events-for-tests";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";
import { detachOnly, recordAged, waitsForLock } from "./aged-log";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

const verify = async () => verifyLog(await ownTask(1));

describe("a cleanup and a verification at the same time", () => {
  it("a cleanup waits for the snapshot of a verification, whose first look finds every event", async () => {
    await recordAged(log, 100);
    await log.grow(20);
    const snapshot = await takeSnapshot(log.product.runtime.urls.direct);
    const cleaning = cleanUp({ onlyWhenDue: false });
    try {
      await until("the cleanup waits", () => waitsForLock(log, "gurulog cleanup"));
      expect(await snapshot.sql`select from audit_event`).toHaveLength(50);
    } finally {
      await snapshot.close();
      await cleaning;
    }
    expect(await log.admin`select from audit_event where action <> 'audit.pruned'`).toHaveLength(20);
  });

  it("a cleanup waits with dropping a week, too, as long as it is read", async () => {
    await recordAged(log, 100);
    await log.grow(20);
    const week = await detachOnly(log);
    const snapshot = await takeSnapshot(log.product.runtime.urls.direct);
    const cleaning = cleanUp({ onlyWhenDue: false });
    try {
      expect(snapshot.beside).toEqual([week]);
      await until("the cleanup waits", () => waitsForLock(log, "gurulog cleanup"));
      expect(await snapshot.sql`select from ${snapshot.sql(week)}`).toHaveLength(30);
    } finally {
      await snapshot.close();
      await cleaning;
    }
    expect(await log.admin`select from pg_class where relname = ${week}`).toHaveLength(0);
  });

  it("a cleanup that waits with a week takes nothing from the verification that it waits for", async () => {
    await recordAged(log, 100);
    await log.grow(20);
    await log.signed();
    await detachOnly(log);
    const task = await ownTask(1);
    const held = await log.admin.reserve();
    await held`begin`;
    // What a verification looks at between its snapshot and the events, and a cleanup never.
    await held`lock table audit_adoption in access exclusive mode`;
    const verifying = verifyLog(task);
    await until("the verification has its snapshot", () => waitsForLock(log, "gurulog verification"));
    const cleaning = cleanUp({ onlyWhenDue: false });
    await until("the cleanup waits", () => waitsForLock(log, "gurulog cleanup"));
    await held`rollback`;
    held.release();
    expect(await verifying).toMatchObject({ events: 50, expired: 0, findings: [] });
    await cleaning;
    expect(await verify()).toMatchObject({ events: 20, expired: 30, findings: [] });
  });

  it("a verification that begins while a week is being dropped waits, and sees the record of it", async () => {
    await log.grow(20);
    await recordAged(log, 100);
    await log.signed();
    const held = await log.admin.reserve();
    await held`begin`;
    await held`select from audit_config for update`;
    const cleaning = cleanUp({ onlyWhenDue: false });
    await until("the cleanup has dropped the week", () => waitsForLock(log, "gurulog cleanup"));
    const verifying = verify();
    await until("the verification waits", () => waitsForLock(log, "gurulog verification"));
    await held`rollback`;
    held.release();
    await cleaning;
    expect(await verifying).toMatchObject({ events: 20, expired: 30, waiting: 1, findings: [] });
  });
});

describe("a week that a cleanup has detached and not dropped", () => {
  it.each(["ahead of younger ones", "by a clock that was behind, after younger ones"])(
    "holds what was sealed %s: no finding before, then, or once it is dropped",
    async (when) => {
      if (when.startsWith("by")) await log.grow(20);
      await recordAged(log, 100);
      if (when.startsWith("ahead")) await log.grow(20);
      await log.signed();
      expect(await verify()).toMatchObject({ events: 50, expired: 0, findings: [] });
      await detachOnly(log);
      expect(await log.admin`select from audit_event`).toHaveLength(20);
      expect(await verify()).toMatchObject({ events: 50, expired: 0, findings: [] });
      await cleanUp({ onlyWhenDue: false });
      expect(await verify()).toMatchObject({ events: 20, expired: 30, findings: [] });
    },
  );

  it("of which a cleanup before has recorded more: its record counts although it has expired", async () => {
    await recordAged(log, 200);
    await log.signed();
    await cleanUp({ onlyWhenDue: false });
    while ((await sealBatch(log.sealer, 5_000)) > 0);
    await recordAged(log, 150);
    await log.grow(20);
    await log.signed();
    await detachOnly(log);
    expect(await verify()).toMatchObject({ events: 51, expired: 30, findings: [] });
    await cleanUp({ onlyWhenDue: false });
    expect(await verify()).toMatchObject({ events: 21, expired: 60, findings: [] });
  });

  it("may be read by whoever may read the log since the last start; nobody else is told that it is whole", async () => {
    await recordAged(log, 100);
    await log.signed();
    const week = await detachOnly(log);
    const { urls, roles, mode } = log.product.runtime;
    await log.admin`revoke all on ${log.admin(week)} from ${log.admin(roles.app)}`;
    await expect(verify()).rejects.toThrow(/may not read the weeks that a cleanup is about to remove/);
    await migrate({ maintenanceUrl: urls.maintenance, roles, mode });
    expect(await verify()).toMatchObject({ events: 30, findings: [] });
  });

  it("is looked at like the log: what was changed or deleted in it is named", async () => {
    await log.grow(20);
    await recordAged(log, 100);
    await log.signed();
    const week = await detachOnly(log);
    const [changed, deleted] = await log.admin`
      select event_id as id from audit_seal_tail where index in (25, 35) order by index`;
    await log.asOwner(async (tx) => {
      await tx`update ${tx(week)} set target_label = 'another' where id = ${changed?.id}`;
      await tx`delete from ${tx(week)} where id = ${deleted?.id}`;
    });
    expect((await verify()).findings).toMatchObject([
      { kind: "changed", index: 25, id: changed?.id },
      { kind: "removed", index: 35, id: deleted?.id },
    ]);
  });

  it("covers no deletion: younger events, removed with their times set back into it, are named", async () => {
    await log.grow(20);
    await recordAged(log, 100);
    await log.signed();
    await detachOnly(log);
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where id in (select event_id from audit_seal_tail where index between 5 and 7)`;
      await tx`update audit_seal_tail set occurred_at = occurred_at - interval '100 days' where index between 5 and 7`;
    });
    expect((await verify()).findings).toMatchObject([5, 6, 7].map((index) => ({ kind: "removed", index })));
  });

  it("that somebody has put there is no cover either, whatever retention is set", async () => {
    await recordAged(log, 30);
    await log.grow(20);
    await log.signed();
    await log.asOwner(async (tx) => {
      const [week] = await tx`
        select 'audit_event_' || to_char(now() at time zone 'UTC' - interval '30 days', 'IYYY"w"IW') as name`;
      await tx`update audit_config set retention_days = 1`;
      await tx`alter table audit_event detach partition ${tx(week?.name)}`;
      await tx`delete from ${tx(week?.name)}`;
    });
    expect(await verify()).toMatchObject({ expired: 0, findingCount: 30 });
  });
});
