import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";
import { recordAged } from "./aged-log";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

const verify = async () => verifyLog(await ownTask(1));

/** Events of some days ago. */
const aged = (days: number) => recordAged(log, days);

describe("what is lawful is no finding", () => {
  it("events past the retention that the cleanup has removed", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    expect(await verify()).toMatchObject({ events: 50, expired: 0, findings: [] });
    await cleanUp({ onlyWhenDue: false });
    // The record of the cleanup counts from the first, sealed or not.
    expect(await verify()).toMatchObject({ events: 20, expired: 30, size: 50, waiting: 1, findings: [] });
    while ((await sealBatch(log.sealer, 5_000)) > 0);
    expect(await verify()).toMatchObject({ events: 21, expired: 30, size: 51, findings: [] });
  });

  it("but a younger one that was removed with them is", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    await cleanUp({ onlyWhenDue: false });
    const [victim] = await log.admin`select id from audit_event order by seq desc offset 4 limit 1`;
    await log.asOwner((tx) => tx`delete from audit_event where id = ${victim?.id}`);
    expect((await verify()).findings).toMatchObject([{ kind: "removed", index: 46, id: victim?.id }]);
  });

  it("but the oldest that are kept are, removed with their times set back after a cleanup", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    await cleanUp({ onlyWhenDue: false });
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where id in (select event_id from audit_seal_tail where index between 30 and 32)`;
      await tx`update audit_seal_tail set occurred_at = occurred_at - interval '100 days' where index between 30 and 32`;
    });
    expect((await verify()).findings).toMatchObject(
      [30, 31, 32].map((index) => ({ kind: "removed", index })),
    );
  });

  it("events of a clock that was behind, recorded after younger ones, that a cleanup has removed", async () => {
    await log.grow(20);
    await aged(100);
    await log.signed();
    await cleanUp({ onlyWhenDue: false });
    expect(await verify()).toMatchObject({ events: 20, expired: 30, findings: [] });
  });

  it("events behind the retention that no cleanup has removed are, whatever retention is set", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where occurred_at < now() - interval '1 day'`;
      await tx`update audit_config set retention_days = 1`;
    });
    expect(await verify()).toMatchObject({ expired: 0, findingCount: 30 });
  });

  it("and so are the oldest of a log that was never cleaned, their times set back", async () => {
    await log.grow(20);
    await log.signed();
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where id in (select event_id from audit_seal_tail where index < 15)`;
      await tx`update audit_seal_tail set occurred_at = occurred_at - interval '100 days' where index < 15`;
    });
    expect(await verify()).toMatchObject({ expired: 0, findingCount: 15 });
  });

  it("a younger one removed under the cover of a record of a cleanup that nobody sealed is, too", async () => {
    await log.grow(20);
    await log.signed();
    const [victim] = await log.admin`select id from audit_event order by seq offset 5 limit 1`;
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where id = ${victim?.id}`;
      await insertEvents(tx, [{ action: "audit.pruned", model: "AuditLog", action_type: "deleted" }]);
      await tx`update audit_event set details = jsonb_build_object('cutoff', now()) where action = 'audit.pruned'`;
    });
    const { findings } = await verify();
    expect(findings).toContainEqual(expect.objectContaining({ kind: "removed", index: 5, id: victim?.id }));
  });

  it("events that wait to be sealed, and a log without any", async () => {
    expect(await verify()).toMatchObject({ size: 0, findings: [] });
    await insertEvents(log.admin, variedEvents(7));
    expect(await verify()).toMatchObject({ size: 0, waiting: 7, findings: [] });
  });
});

describe("a log that was set back", () => {
  it("is behind what this machine has signed", async () => {
    await log.grow(20);
    await log.signed();
    const restore = await log.backup();
    await log.grow(30);
    await log.signed();
    await restore();
    expect((await verify()).findings).toMatchObject([{ kind: "rollback", index: 20 }]);
    // Grown past the signed size by other events it is another log.
    await log.grow(40);
    expect((await verify()).findings).toMatchObject([{ kind: "rollback", index: 20 }]);
  });

  it("does not continue a checkpoint that somebody else has kept", async () => {
    await log.grow(20);
    await log.signed();
    const restore = await log.backup();
    await log.grow(30);
    await log.signed();
    const [kept] = await log.admin`select note from audit_checkpoint order by size desc limit 1`;
    await restore();
    const task = await ownTask(1);
    const outside = [{ from: "a checkpoint kept elsewhere", note: String(kept?.note) }];
    expect((await verifyLog({ ...task, outside })).findings).toMatchObject([{ kind: "rollback" }]);
    expect((await verifyLog({ ...task, outside: [] })).findings).toEqual([]);
  });
});
